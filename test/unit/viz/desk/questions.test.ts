/** Questions to the API when the server is slow, busy, away, or of another version. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AWAY, fetchAnswer, QuestionError, UNREADABLE } from '../../../../viz/feed/answers.ts';
import { type Asked, Questions } from '../../../../viz/feed/questions.ts';

interface Call {
  readonly path: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
  answer(value: unknown): void;
  fail(error: Error): void;
}

let calls: Call[] = [];
let arrivals = 0;
let questions: Questions;

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  arrivals = 0;
  questions = new Questions(
    () => {
      arrivals += 1;
    },
    (path, signal, onProgress) =>
      new Promise((answer, fail) => {
        calls.push({ path, signal, onProgress, answer, fail });
        signal.addEventListener('abort', () => fail(new DOMException('aborted', 'AbortError')));
      }),
  );
});
afterEach(() => vi.useRealTimers());

const asked = (path: string, name = 'ports'): Asked<unknown> => ({ name, path, keepSeconds: 10, read: (body) => body });
const tick = (milliseconds = 1) => vi.advanceTimersByTimeAsync(milliseconds);
const refuse = (status: number, code: string) => new QuestionError(status, { code, detail: '' });

test('one question is asked once however often, and its answer tells what it is', async () => {
  expect(questions.ask(asked('a')).value).toBeNull();
  for (let turn = 0; turn < 5; turn++) questions.ask(asked('a'));
  await tick();
  expect(calls.map(({ path }) => path)).toEqual(['a']);
  calls[0]!.onProgress(0.4);
  expect(questions.ask(asked('a'))).toMatchObject({ isLoading: true, isCurrent: false, progress: 0.4 });
  calls[0]!.answer(7);
  await tick();
  expect(questions.ask(asked('a'))).toMatchObject({ value: 7, isLoading: false, isCurrent: true, progress: null });
  expect(arrivals).toBeGreaterThan(2);
});

test('another question aborts the one before, and keeps its answer until its own comes', async () => {
  questions.ask(asked('a'));
  await tick();
  calls[0]!.answer('of a');
  await tick();
  questions.ask(asked('b'));
  await tick();
  questions.ask(asked('c'));
  expect(calls[1]!.signal.aborted).toBe(true);
  expect(questions.ask(asked('c'))).toMatchObject({ value: 'of a', isCurrent: false });
  await tick();
  calls[2]!.answer('of c');
  await tick();
  expect(questions.ask(asked('c'))).toMatchObject({ value: 'of c', isCurrent: true });
  // What was answered before is there at once.
  expect(questions.ask(asked('a'))).toMatchObject({ value: 'of a', isCurrent: true });
});

test('who asks no more is forgotten: nothing is asked for, and what is under way is aborted', async () => {
  questions.ask(asked('a'));
  await tick();
  await tick(4_000);
  expect(calls[0]!.signal.aborted).toBe(true);
  await tick(60_000);
  expect(calls).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('an answer is asked for anew when it is old', async () => {
  questions.ask(asked('a'));
  await tick();
  calls[0]!.answer(1);
  for (let second = 0; second < 11; second++) {
    await tick(1_000);
    questions.ask(asked('a'));
  }
  expect(calls).toHaveLength(2);
  expect(questions.ask(asked('a'))).toMatchObject({ value: 1, isCurrent: true, isLoading: true });
});

test('few are in flight at a time; the next begins when one has come', async () => {
  const all = Array.from({ length: 7 }, (_, at) => asked(`p${at}`, `n${at}`));
  for (const one of all) questions.ask(one);
  await tick();
  expect(calls).toHaveLength(4);
  calls[0]!.answer(0);
  await tick();
  expect(calls).toHaveLength(5);
});

test('a server that is away is left alone for longer and longer, and asked at once when it is back', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const begins: number[] = [];
  const until = Date.now() + 40_000;
  while (Date.now() < until) {
    questions.ask(asked('a'));
    questions.ask(asked('b', 'countries'));
    await tick(100);
    for (const call of calls.splice(0)) {
      begins.push(Date.now());
      call.fail(refuse(0, AWAY));
    }
  }
  expect(begins.length).toBeLessThan(20);
  expect(questions.ask(asked('a')).problem?.code).toBe(AWAY);
  questions.retryNow();
  await tick(300);
  expect(calls.length).toBeGreaterThan(0);
  calls[0]!.answer('back');
  await tick();
  expect(questions.ask(asked('a'))).toMatchObject({ value: 'back', problem: null });
});

test('a question that is refused is not asked at every turn; one that was too much is asked soon', async () => {
  const asks = async (error: Error, path: string) => {
    const before = calls.length;
    for (let turn = 0; turn < 100; turn++) {
      questions.ask(asked(path));
      await tick(100);
      calls.at(-1)?.fail(error);
    }
    return calls.length - before;
  };
  expect(await asks(refuse(400, 'FILTER_SYNTAX'), 'bad')).toBe(1);
  expect(questions.ask(asked('bad')).problem?.code).toBe('FILTER_SYNTAX');
  expect(await asks(refuse(429, 'API_BUSY'), 'busy')).toBeGreaterThan(2);
});

test('answers that were kept are bounded, and gone when one is another to the server', async () => {
  for (let at = 0; at < 200; at++) {
    questions.ask(asked(`p${at}`));
    await tick();
    calls.at(-1)!.answer(at);
    await tick();
  }
  expect(questions.ask(asked('p199')).isCurrent).toBe(true);
  expect(questions.ask(asked('p3')).isCurrent).toBe(false);
  questions.forget();
  expect(questions.ask(asked('p199'))).toMatchObject({ value: null, isCurrent: false });
});

const body = (text: string, init: ResponseInit) => (async () => new Response(text, init)) as typeof fetch;
const lines = { headers: { 'content-type': 'application/x-ndjson' } };
const get = (answer: typeof fetch, progress: number[] = []) =>
  fetchAnswer('x', new AbortController().signal, (done) => progress.push(done), answer);

test('lines of progress are told, and the last one is the answer', async () => {
  const progress: number[] = [];
  const text = '{"progress":0}\n{"progress":0.5}\n{"result":{"rows":[1]}}\n';
  expect(await get(body(text, lines), progress)).toEqual({ rows: [1] });
  expect(progress).toEqual([0, 0.5]);
});

test.for([
  ['a problem document', body('{"code":"FILTER_SYNTAX","detail":"here"}', { status: 400 }), 'FILTER_SYNTAX'],
  ['a problem in lines', body('{"problem":{"code":"API_BUSY","detail":""}}\n', lines), 'API_BUSY'],
  ['no JSON', body('<html>', { status: 200, headers: { 'content-type': 'text/html' } }), UNREADABLE],
  ['an error that is no problem document', body('bad gateway', { status: 502 }), UNREADABLE],
  ['lines that are none', body('what\n', lines), UNREADABLE],
  ['lines that end too early', body('{"progress":0.1}\n', lines), AWAY],
  ['no answer at all', (() => Promise.reject(new TypeError('failed'))) as typeof fetch, AWAY],
] as const)('%s is a problem with a code', async ([, answer, code]) => {
  await expect(get(answer)).rejects.toMatchObject({ problem: { code } });
});
