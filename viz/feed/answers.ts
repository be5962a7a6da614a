/** What came of a question to the API: a panel looks at it as often as it likes, and draws when it is another one. */

export interface Problem {
  /** The server's stable code, or one of this file's. */
  readonly code: string;
  readonly detail: string;
  /** The reason as a word, of those codes that have several. */
  readonly why?: string;
}

export interface Answer<T> {
  /** The last that came, also while a newer one is on its way; null before the first. */
  readonly value: T | null;
  /** Whether the value answers what is asked now, and not what was asked before. */
  readonly isCurrent: boolean;
  readonly isLoading: boolean;
  /** How far a long answer is, from 0 to 1; null where nothing is said. */
  readonly progress: number | null;
  readonly problem: Problem | null;
  /** Date.now() when the value came. */
  readonly cameMilliseconds: number | null;
}

export const NO_ANSWER: Answer<never> = {
  value: null,
  isCurrent: false,
  isLoading: false,
  progress: null,
  problem: null,
  cameMilliseconds: null,
};

/** The server does not answer at all. */
export const AWAY = 'PAGE_SERVER_AWAY';
/** It answered what this page cannot read: another version, or something between the two. */
export const UNREADABLE = 'PAGE_ANSWER_UNREADABLE';

export class QuestionError extends Error {
  override readonly name = 'QuestionError';
  readonly problem: Problem;
  /** 0 without an answer. */
  readonly status: number;
  constructor(status: number, problem: Problem) {
    super(problem.detail);
    this.status = status;
    this.problem = problem;
  }
}

/** More than this is no answer to a panel. */
const MOST_CHARACTERS = 32 * 1024 * 1024;

/** Asks once. Reports progress where the server tells it. Throws QuestionError; what was aborted throws whatever the browser throws. */
export async function fetchAnswer(
  path: string,
  signal: AbortSignal,
  onProgress: (done: number) => void,
  get: typeof fetch = fetch,
): Promise<unknown> {
  const brokenOff = (error: unknown): never => {
    if (signal.aborted) throw error;
    throw new QuestionError(0, { code: AWAY, detail: '' });
  };
  const accept = 'application/x-ndjson, application/json';
  const answer = await get(path, { signal, headers: { accept } }).catch(brokenOff);
  if (!answer.ok) throw new QuestionError(answer.status, problemOf(await answer.json().catch(() => null)));
  if (!(answer.headers.get('content-type') ?? '').includes('ndjson')) {
    return await answer.json().catch((error) => (error instanceof SyntaxError ? unreadable() : brokenOff(error)));
  }
  return await lastLine(answer, onProgress, brokenOff);
}

async function lastLine(
  answer: Response,
  onProgress: (done: number) => void,
  brokenOff: (error: unknown) => never,
): Promise<unknown> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value = '' } = await reader.read().catch(brokenOff);
    rest += value;
    if (rest.length > MOST_CHARACTERS) throw unreadableError();
    // Lines of progress are short; the result is one long line, which is not searched through again for every piece of it.
    if (!done && !value.includes('\n')) continue;
    const lines = rest.split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const told = readLine(line);
      if ('result' in told) return told.result;
      if ('problem' in told) throw new QuestionError(200, problemOf(told.problem));
      if (typeof told.progress === 'number') onProgress(told.progress);
    }
    if (done) throw new QuestionError(0, { code: AWAY, detail: '' });
  }
}

function readLine(line: string): Record<string, unknown> {
  try {
    const told: unknown = JSON.parse(line);
    if (typeof told === 'object' && told !== null) return told as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw unreadableError();
}

export function problemOf(body: unknown): Problem {
  const { code, detail, why } = (body ?? {}) as { code?: unknown; detail?: unknown; why?: unknown };
  if (typeof code !== 'string') return { code: UNREADABLE, detail: '' };
  const told = { code: code.slice(0, 60), detail: String(detail ?? '').slice(0, 400) };
  return typeof why === 'string' ? { ...told, why: why.slice(0, 60) } : told;
}

export function unreadableError(): QuestionError {
  return new QuestionError(200, { code: UNREADABLE, detail: '' });
}

function unreadable(): never {
  throw unreadableError();
}
