/** Long answers with word of how far they are: lines of JSON, for those who ask for `application/x-ndjson`. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OnProgress } from './flow-sums.ts';
import { ApiError, asApiError } from './problem.ts';

const LINES = 'application/x-ndjson';
/** Progress is told at most so often. */
const EVERY_MILLISECONDS = 100;

/** Nobody waits for the answer any more. */
class GoneError extends ApiError {
  constructor() {
    super(499, 'API_GONE', 'the one who asked is gone');
  }
}

/**
 * The answer, or lines: any number of `{"progress":0.25}`, then one of `{"result":…}` or `{"problem":…}`. `work` is told to
 * stop, by an exception out of `onProgress`, when the connection is closed.
 */
export async function answerWithProgress<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T | FastifyReply> {
  const checkPresence = () => {
    if (request.raw.socket.destroyed) throw new GoneError();
  };
  if (!(request.headers.accept ?? '').includes(LINES)) return await work(checkPresence);
  return reply
    .type(LINES)
    .header('x-accel-buffering', 'no')
    .send(Readable.from(lines(work, checkPresence)));
}

async function* lines<T>(work: (onProgress: OnProgress) => Promise<T>, checkPresence: () => void) {
  let progress = 0;
  let isDone = false;
  const working = work((done) => {
    checkPresence();
    progress = done;
  }).then(
    (result) => ({ result }),
    (error) => ({ problem: problemOf(error) }),
  );
  const done = working.then(() => {
    isDone = true;
  });
  let told = -1;
  while (!isDone) {
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, EVERY_MILLISECONDS))]);
    if (isDone || progress === told) continue;
    told = progress;
    yield `${JSON.stringify({ progress })}\n`;
  }
  yield `${JSON.stringify(await working)}\n`;
}

function problemOf(error: Error) {
  const { code, message, position } = asApiError(error);
  return { code, detail: message, position };
}
