/** The sheet about a source or a port in a session that is young: its end moves every second. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readAddress } from '../../../../viz/address.ts';
import { aboutPort } from '../../../../viz/feed/about.ts';
import { Questions } from '../../../../viz/feed/questions.ts';
import { AboutAsker } from '../../../../viz/panels/about/ask.ts';
import { initialState } from '../../../../viz/state.ts';
import { FakeTotals, fakeSensors } from '../../../views/fake-totals.ts';

const NOON = Date.UTC(2026, 0, 1, 12) / 1000;
const session = { kind: 'live', name: '', clock: { mode: 'live', speed: 1 } } as const;
const totals = new FakeTotals(session, fakeSensors, 0).message(0, 0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** For 20 seconds, five times a second, against a server that takes `answerMilliseconds`. Gives the paths that were asked. */
async function watch(answerMilliseconds: number) {
  const asked: string[] = [];
  let aborted = 0;
  let second = 0;
  const bodyOf = (path: string) => {
    const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
    const { id } = totals.session;
    // Retention moves the first packet.
    if (path.includes('sessions')) return [{ id, first: iso(NOON + second / 100), last: iso(NOON + second) }];
    const query = new URL(path, 'http://page').searchParams;
    const [from, to, step] = [query.get('from'), query.get('to'), Number(query.get('step') ?? 60)];
    return { from, to, step, by: query.get('by'), points: [{ time: '2026-01-01T00:00:00Z', key: 'total', value: 3 }] };
  };
  const questions = new Questions(
    () => undefined,
    (path, signal) =>
      new Promise((answer, fail) => {
        asked.push(path);
        setTimeout(() => answer(bodyOf(path)), answerMilliseconds);
        signal.addEventListener('abort', () => {
          aborted += 1;
          fail(new DOMException('aborted', 'AbortError'));
        });
      }),
  );
  const asker = new AboutAsker(questions);
  const state = initialState(readAddress('', [], ['atlas']));
  let since: number | null = null;
  for (let turn = 0; turn < 100; turn++) {
    second = 30 + turn / 5;
    const clock = { ...totals.clock, newestSeconds: NOON + second, finished: false };
    state.totals = { ...totals, clock };
    since = asker.ask(aboutPort('23/tcp')!, state, Date.now())?.since ?? since;
    await vi.advanceTimersByTimeAsync(200);
  }
  return { asked, aborted, since };
}

test('every question is answered, and few are asked', async () => {
  const { asked, aborted, since } = await watch(1_500);
  const series = asked.filter((path) => path.startsWith('api/v1/series'));
  expect(series.length).toBeGreaterThan(1);
  expect(series.length).toBeLessThanOrEqual(12);
  // The first were asked before it was known when the session began.
  expect(aborted).toBeLessThanOrEqual(8);
  expect(since).toBe(Date.UTC(2026, 0, 1) / 1000);
});

test('a server that is slow is not asked anew for an end that has moved', async () => {
  const { asked } = await watch(25_000);
  expect(new Set(asked).size).toBe(asked.length);
  expect(asked.length).toBeLessThanOrEqual(6);
});
