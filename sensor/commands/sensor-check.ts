/** `kurayami sensor --check`: whether this sensor could do its work, before it has to. Sends no packets and no flows. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ClientOptions } from 'ws';
import type { CaptureSource } from '../capture/capture-source.ts';
import type { Spool } from '../output/spool.ts';

const CAPTURE_MILLISECONDS = 1_000;
const ANSWER_MILLISECONDS = 10_000;
const MAX_ANSWER_BYTES = 65_536;
/** The server's clock comes in whole seconds. */
const CLOCK_SECONDS = 2;

export interface CheckParts {
  readonly source: CaptureSource;
  /** Opens what frames will lie in; null where they wait in memory. Throws SpoolError. */
  readonly openSpool: () => Spool | null;
  readonly server: string;
  readonly token: () => string;
  readonly connect: ClientOptions;
  readonly say: (line: string) => void;
}

/** What is wrong, in a sentence that says what to do. */
class Wrong extends Error {}

/** Says of each part whether it works. Resolves to whether all do. */
export async function checkSensor(parts: CheckParts): Promise<boolean> {
  let answer: Answer | null = null;
  const checks: [name: string, does: () => Promise<string>][] = [
    ['capture', () => checkCapture(parts.source)],
    ['spool', () => checkSpool(parts.openSpool)],
    [
      'server',
      async () => {
        answer = await ask(parts);
        return checkAnswer(answer, parts.server);
      },
    ],
    ['clock', async () => checkClock(answer, Date.now())],
  ];
  let isGood = true;
  for (const [name, does] of checks) {
    try {
      parts.say(`ok       ${name.padEnd(8)} ${await does()}`);
    } catch (error) {
      isGood = false;
      const code = (error as { code?: unknown }).code;
      parts.say(
        `PROBLEM  ${name.padEnd(8)} ${(error as Error).message}${typeof code === 'string' ? ` [${code}]` : ''}`,
      );
    }
  }
  return isGood;
}

/** A second of it: who may open an interface may read from it. */
async function checkCapture(source: CaptureSource): Promise<string> {
  await source.open();
  let packets = 0;
  let link = source.link;
  const timer = setTimeout(() => {
    // Afterwards it has none.
    link = source.link;
    source.stop();
  }, CAPTURE_MILLISECONDS);
  try {
    for await (const batch of source.batches()) packets += batch.length;
  } finally {
    clearTimeout(timer);
  }
  if (link === 'down') throw new Wrong(`${source.name}: the link is down`);
  const quiet = packets === 0 ? '; that may be right, for a quiet darknet' : '';
  return `${source.name}: ${packets} packets in a second${quiet}`;
}

async function checkSpool(openSpool: () => Spool | null): Promise<string> {
  const spool = openSpool();
  if (spool === null) return 'none: flows wait in memory';
  await spool.close();
  return 'can be written';
}

interface Answer {
  readonly status: number;
  readonly code: string;
  /** Of the token, where it is good for reading. */
  readonly role: string;
  readonly date: number;
}

/** A sensor's token opens no page: being told so proves that it is known. */
function ask({ server, token, connect }: CheckParts): Promise<Answer> {
  const url = new URL('/api/v1/me', server.replace(/^ws/, 'http'));
  const { ca, cert, key, minVersion } = connect;
  const trust = Object.fromEntries(
    Object.entries({ ca, cert, key, minVersion }).filter(([, value]) => value !== undefined),
  );
  const options = {
    ...trust,
    headers: { authorization: `Bearer ${token()}` },
    timeout: ANSWER_MILLISECONDS,
    agent: false as const,
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (response) => {
      readAnswer(response).then(resolve, reject);
    });
    request.on('timeout', () => request.destroy(new Wrong('does not answer')));
    request.on('error', (error) =>
      reject(
        new Wrong(`${url.host} cannot be reached: ${error.message || (error as NodeJS.ErrnoException).code}`, {
          cause: error,
        }),
      ),
    );
    request.end();
  });
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > MAX_ANSWER_BYTES) break;
  }
  const read = { code: '', role: '' };
  try {
    const { code, role } = JSON.parse(text) as { code?: unknown; role?: unknown };
    if (typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code)) read.code = code;
    if (typeof role === 'string' && /^[a-z]{1,20}$/.test(role)) read.role = role;
  } catch {
    // Whatever it is, it is no Kurayami.
  }
  return { ...read, status: response.statusCode ?? 0, date: Date.parse(response.headers.date ?? '') };
}

function checkAnswer({ status, code, role }: Answer, server: string): string {
  const { host } = new URL(server);
  if (status === 403 && code === 'ACCESS_ROLE') return `${host} knows this sensor's token`;
  if (status === 200 && role !== '')
    throw new Wrong(`the token is good at ${host}, but it is not a sensor's: make one with --role sensor`);
  if (code === '') throw new Wrong(`what answers at ${host} is no Kurayami server (status ${status})`);
  throw new Wrong(`${host} refuses the token: make a new one there with "kurayami token add --role sensor" [${code}]`);
}

function checkClock(answer: Answer | null, now: number): string {
  if (answer === null || Number.isNaN(answer.date))
    throw new Wrong('cannot be compared: the server did not tell its own');
  const seconds = (now - answer.date - 500) / 1000;
  const apart = `${Math.abs(seconds).toFixed(1)} s ${seconds < 0 ? 'behind' : 'ahead of'} the server's`;
  if (Math.abs(seconds) > CLOCK_SECONDS)
    throw new Wrong(`this machine's clock is ${apart}: set both by NTP, since packets carry the time of this one`);
  return 'as the server’s, to the second';
}
