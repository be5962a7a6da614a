/** Answers that break off, from a real server: none of them is asked for in a tight loop. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { AWAY, fetchAnswer, UNREADABLE } from '../../../../viz/feed/answers.ts';
import { Questions } from '../../../../viz/feed/questions.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Asks for two seconds, as often as panels do. Gives how often the server was asked, and what is said then. */
async function askFor(respond: (response: ServerResponse) => void, read: (body: unknown) => unknown = (body) => body) {
  let requests = 0;
  const created = createServer((_, response) => {
    requests += 1;
    respond(response);
  });
  server = created;
  await new Promise<void>((listening) => created.listen(0, '127.0.0.1', listening));
  const { port } = created.address() as AddressInfo;
  const questions = new Questions(
    () => undefined,
    (path, signal, onProgress) => fetchAnswer(`http://127.0.0.1:${port}/${path}`, signal, onProgress),
  );
  const ask = () => questions.ask({ name: 'ports', path: 'top', keepSeconds: 10, read });
  for (let turn = 0; turn < 40; turn++) {
    ask();
    await new Promise((later) => setTimeout(later, 50));
  }
  return { requests, answer: ask() };
}

function cutAfter(text: string, type: string) {
  return (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': type });
    response.write(text, () => setTimeout(() => response.destroy(), 5));
  };
}

test.for([
  ['lines', '{"progress":0.1}\n', 'application/x-ndjson'],
  ['one document', '{"rows":[', 'application/json'],
] as const)('%s that are cut off: the server is away', async ([, text, type]) => {
  const { requests, answer } = await askFor(cutAfter(text, type));
  expect(requests).toBeGreaterThan(0);
  expect(requests).toBeLessThanOrEqual(6);
  expect(answer).toMatchObject({ value: null, problem: { code: AWAY } });
});

test('what is thrown where nobody thought of it is told, and waited after', async () => {
  const { requests, answer } = await askFor(
    (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    () => {
      throw new TypeError('no such field');
    },
  );
  expect(requests).toBe(1);
  expect(answer).toMatchObject({ isLoading: false, problem: { code: UNREADABLE } });
});
