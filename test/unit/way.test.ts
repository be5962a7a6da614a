/** The way that endurance makes slow: every byte comes through, in order, and no faster than it may. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Way } from '../endurance/way.mjs';

/** Both ends of a connection that goes through the relay. */
async function ends() {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const way = new Way(0, (server.address() as AddressInfo).port);
  const near = connect(await way.port(), '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  onTestFinished(async () => {
    near.destroy();
    far.destroy();
    server.close();
    await way.close();
  });
  return { way, near, far };
}

async function bytesOf(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const numbered = Buffer.from(Uint32Array.from({ length: 10_000 }, (_, index) => index).buffer);

test('a slow way takes its time in both directions, and loses nothing', async () => {
  const { way, near, far } = await ends();
  way.narrow({ bytesPerSecond: 40_000, delayMilliseconds: 200 });
  const began = performance.now();
  near.end(numbered);
  far.end(numbered);
  const [up, down] = await Promise.all([bytesOf(far), bytesOf(near)]);
  const milliseconds = performance.now() - began;
  expect(up.equals(numbered)).toBe(true);
  expect(down.equals(numbered)).toBe(true);
  expect(way.bytes).toEqual({ up: 40_000, down: 40_000 });
  expect(milliseconds).toBeGreaterThan(1_100);
});

test('what is under way stays in order when the way becomes fast', async () => {
  const { way, near, far } = await ends();
  way.narrow({ bytesPerSecond: 100_000, delayMilliseconds: 300 });
  near.end(numbered);
  await expect.poll(() => way.bytes.up).toBeGreaterThan(0);
  way.narrow({});
  expect((await bytesOf(far)).equals(numbered)).toBe(true);
});

test('nothing comes through a way that stands still, and everything later', async () => {
  const { way, near, far } = await ends();
  way.stall(true);
  near.end(numbered);
  const came = bytesOf(far);
  await sleep(300);
  expect(way.bytes.up).toBe(0);
  way.stall(false);
  expect((await came).equals(numbered)).toBe(true);
});

test('an end that is gone is gone for the other', async () => {
  const { near, far } = await ends();
  far.resetAndDestroy();
  near.on('error', () => undefined);
  await once(near, 'close');
});
