import { expect, test } from 'vitest';
import { emptySensorLedger, emptyServerLedger } from '../../../shared/counters.ts';
import { retryDelaySeconds } from '../../../viz/feed/backoff.ts';
import { liveAddress } from '../../../viz/feed/live-feed.ts';
import { readTotals } from '../../../viz/feed/messages.ts';
import { HISTORY_SECONDS, RateHistory, readSeries } from '../../../viz/feed/rate-history.ts';
import { SceneClock } from '../../../viz/feed/scene-clock.ts';
import { ledgerRows, ledgerVerdict, problemsOf } from '../../../viz/panels/ledger-rows.ts';
import { en } from '../../../viz/text/en.ts';

function totals() {
  return {
    session: { id: 1, kind: 'live', name: 'live', beginSeconds: null },
    clock: {
      mode: 'live',
      speed: 1,
      newestSeconds: null,
      rate: 1,
      finished: false,
      skippedGaps: 0,
      lastSkippedGap: null,
    },
    rates: { packetsPerSecond: 0, flowsPerSecond: 0, bytesPerSecond: 0 },
    totals: { packets: 0, flows: 0, bytes: 0, sources: 0, unknownPlacePackets: 0 },
    topPorts: [],
    topCountries: [{ country: '', packets: 3 }],
    classPacketsPerSecond: [0, 1],
    sensors: [],
    ledger: { sensor: emptySensorLedger(), server: emptyServerLedger(), checks: [] },
    viewer: { offered: 12, sent: 10, sampledOut: 2, filteredOut: 0 },
    storageFull: false,
    seriesBehind: 0,
    storeProblems: [],
    credits: [],
  };
}
const page = { received: 10, drawn: 7, expired: 1, waiting: 2, badFrames: 0, receivedAtTotals: 10 };

test('totals are read as they were sent', () => {
  expect(readTotals(structuredClone(totals()))).toEqual(totals());
});

test('rates by radiation are read where they are told, and nonsense is none', () => {
  const told = { ...totals(), radiationPacketsPerSecond: [0, 6, 5] };
  expect(readTotals(structuredClone(told))).toEqual(told);
  expect(() => readTotals({ ...told, radiationPacketsPerSecond: ['6'] })).toThrow('message');
});

test('a counter that an older server does not know counts nothing', () => {
  const sent = structuredClone(totals()) as { ledger: { sensor: { lostInCrash?: number } } };
  delete sent.ledger.sensor.lostInCrash;
  expect(readTotals(sent)).toEqual(totals());
});

test.for([
  { name: 'no object', change: () => 'text' },
  { name: 'a missing part', change: () => ({ ...totals(), clock: undefined }) },
  { name: 'a word for a number', change: () => ({ ...totals(), viewer: { ...totals().viewer, sent: '10' } }) },
  { name: 'an unknown kind', change: () => ({ ...totals(), session: { ...totals().session, kind: 'dream' } }) },
  { name: 'a list that is none', change: () => ({ ...totals(), credits: {} }) },
])('totals with $name are refused', ({ change }) => {
  expect(() => readTotals(change())).toThrow(expect.objectContaining({ code: 'WIRE_BAD_MESSAGE' }));
});

test('what goes wrong in the store is said in words, a code without any by itself', () => {
  const storeProblems = ['STORE_RETENTION_FAILED', 'STORE_OF_TOMORROW', 'toString'];
  const lines = problemsOf(readTotals({ ...totals(), storeProblems }), en);
  expect(lines).toEqual([
    '⚠ the store: what is too old cannot be taken out',
    '⚠ the store reports STORE_OF_TOMORROW',
    '⚠ the store reports toString',
  ]);
});

test('the ledger shows what fell out, and says when it does not balance', () => {
  const read = readTotals(totals());
  expect(ledgerRows(read, page).at(-1)).toEqual({
    stage: 'drawn',
    unit: 'flows',
    count: 7,
    losses: [
      { reason: 'expired', count: 1 },
      { reason: 'waitingToFly', count: 2 },
    ],
  });
  expect(ledgerVerdict(read, page)).toEqual({ holds: true, inFlight: 0, broken: [] });
  read.viewer.offered = 13;
  expect(ledgerVerdict(read, page).broken).toEqual(['offered = sent + sampledOut + filteredOut']);
});

test('what came behind the totals counts as offered: the rows add up at any moment', () => {
  const read = readTotals(totals());
  const later = { ...page, received: page.received + 5, drawn: page.drawn + 5 };
  const [offered, drawn] = ledgerRows(read, later).slice(-2);
  const lossesOf = (row: typeof offered) => row!.losses.reduce((sum, { count }) => sum + count, 0);
  expect(offered!.count - lossesOf(offered)).toBe(drawn!.count + lossesOf(drawn));
  expect(offered!.count).toBe(17);
});

test('attempts to connect come ever more rarely, with jitter, up to a bound', () => {
  expect(retryDelaySeconds(0, 0)).toBe(0.25);
  expect(retryDelaySeconds(3, 0.5)).toBeGreaterThan(retryDelaySeconds(1, 0.5));
  expect(retryDelaySeconds(1000, 0.999)).toBeLessThanOrEqual(15);
});

test('the stream lies beside the page, encrypted where the page is', () => {
  expect(liveAddress('http://127.0.0.1:8600/?lang=ja#x')).toBe('ws://127.0.0.1:8600/api/v1/live');
  expect(liveAddress('https://example.org/dark/')).toBe('wss://example.org/dark/api/v1/live');
});

test('the history keeps its minutes and takes the past in front', () => {
  const history = new RateHistory();
  for (let second = 0; second < HISTORY_SECONDS * 2; second += 0.25) history.add(second, second);
  expect(history.points.length).toBeLessThanOrEqual(HISTORY_SECONDS + 1);
  const first = history.points[0]!.seconds;
  history.prepend([
    { seconds: first - 5, packetsPerSecond: 1 },
    { seconds: first + 5, packetsPerSecond: 2 },
  ]);
  expect(history.points.slice(0, 2).map(({ seconds }) => seconds)).toEqual([first - 5, first]);
});

test('a series becomes rates; what is none is left out', () => {
  const points = [
    { time: '1970-01-01T00:00:10Z', key: 'total', value: 50 },
    { time: 'never', key: 'total', value: 1 },
    null,
  ];
  expect(readSeries({ step: 5, points }, 100)).toEqual([{ seconds: 110, packetsPerSecond: 10 }]);
  expect(readSeries(null, 0)).toEqual([]);
});

test('the scene clock stands while paused, goes on where it stood and never back', () => {
  let wall = 50;
  const clock = new SceneClock(() => wall);
  wall = 52;
  expect(clock.now()).toBe(2);
  clock.pause();
  wall = 60;
  expect(clock.now()).toBe(2);
  clock.resume();
  wall = 61;
  expect(clock.now()).toBe(3);
  wall = 40;
  expect(clock.now()).toBe(3);
  clock.setSource(() => 7.5);
  expect(clock.now()).toBe(7.5);
});
