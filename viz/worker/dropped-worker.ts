/** A Web Worker that has one dropped file, and answers as a server would. */
import { ApiError } from '../../server/api/api-error.ts';
import type { Problem } from '../feed/answers.ts';
import type { FromDroppedWorker, ToDroppedWorker } from './dropped-messages.ts';
import { type Asker, DroppedSession, GoneError } from './dropped-session.ts';
import { Turns } from './turns.ts';

const PROGRESS_EVERY_MILLISECONDS = 100;

type Open = Extract<ToDroppedWorker, { kind: 'open' }>;
type Ask = Extract<ToDroppedWorker, { kind: 'ask' }>;

let session: DroppedSession | null = null;
const asked = new Map<number, { isGone: boolean }>();

addEventListener('message', ({ data }: MessageEvent<ToDroppedWorker>) => {
  if (data.kind === 'open') void open(data);
  else if (data.kind === 'ask') void answer(data);
  else gone(data.id);
});

async function open({ kind: _, ...parts }: Open): Promise<void> {
  let toldMilliseconds = performance.now();
  const onStep = () => {
    if (performance.now() - toldMilliseconds < PROGRESS_EVERY_MILLISECONDS) return;
    toldMilliseconds = performance.now();
    tell({ kind: 'progress', progress: session!.progress() });
  };
  try {
    const [seed] = crypto.getRandomValues(new Uint32Array(1));
    session = new DroppedSession({ ...parts, seed: seed!, pause: new Turns().pause, onStep });
    tell({ kind: 'done', summary: await session.read() });
  } catch (error) {
    tell({ kind: 'failed', ...problemOf(error as Error) });
  }
}

async function answer({ id, question }: Ask): Promise<void> {
  // Whoever asks of a file that cannot be opened is told so by the page's side.
  if (session === null) return;
  const state = { isGone: false };
  asked.set(id, state);
  const asker: Asker = {
    get isGone() {
      return state.isGone;
    },
    onProgress: (done) => tell({ kind: 'answering', id, done }),
  };
  try {
    const value = await session.ask(question, asker);
    if (!state.isGone)
      tell({ kind: 'answered', id, value }, value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []);
  } catch (error) {
    if (!(error instanceof GoneError) && !state.isGone) tell({ kind: 'refused', id, ...problemOf(error as Error) });
  } finally {
    asked.delete(id);
  }
}

function gone(id: number): void {
  const state = asked.get(id);
  if (state !== undefined) state.isGone = true;
}

function problemOf(error: Error): { status: number; problem: Problem } {
  if (error instanceof ApiError) return { status: error.status, problem: { code: error.code, detail: error.message } };
  // V8 says so, and other browsers in other words: which of them it was is told in any case.
  if (error instanceof RangeError && !/alloc|memory|array length/i.test(error.message))
    return { status: 400, problem: { code: 'API_BAD_REQUEST', detail: error.message } };
  return { status: 500, problem: { code: 'PAGE_FILE_FAILED', detail: error.message } };
}

function tell(message: FromDroppedWorker, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}
