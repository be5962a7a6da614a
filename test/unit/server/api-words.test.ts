import { describe, expect, test, vi } from 'vitest';
import { keyText } from '../../../server/api/keys.ts';
import { resolveSpan, type SpanQuery, timeText } from '../../../server/api/span.ts';
import type { Catalog, SessionRecord } from '../../../server/store/stores.ts';
import { NOON_SECONDS as NOON } from '../../support/commits.ts';
import { codeOfPromise } from '../../support/errors.ts';

describe('keys of series', () => {
  test.for([
    ['total', 0, 'total'],
    ['class', 1, 'tcpSyn'],
    ['class', 7, 'other'],
    ['class', 200, '200'],
    ['class', 0, '0'],
    ['radiation', 1, 'scan'],
    ['radiation', 14, 'other'],
    ['radiation', 0, 'unknown'],
    ['radiation', 200, '200'],
    ['radiation', 0xffff_ffff, 'unlisted'],
    ['protocol', 6, 'tcp'],
    ['protocol', 253, '253'],
    ['port', 6 * 65_536 + 23, '23/tcp'],
    ['port', 17 * 65_536, '0/udp'],
    ['port', 6 * 65_536 + 65_535, '65535/tcp'],
    ['country', 0x4a50, 'JP'],
    ['country', 0, 'unknown'],
    ['sensor', 12, '12'],
  ] as const)('%s %i is "%s"', ([by, key, text]) => expect(keyText(by, key)).toBe(text));
});

const session = (record: Partial<SessionRecord>): SessionRecord => ({
  id: 0,
  kind: 'live',
  name: 'live',
  sensor: null,
  arrivedSeconds: NOON,
  firstSeconds: null,
  lastSeconds: null,
  packets: 0,
  ...record,
});
const live = session({ firstSeconds: NOON - 86_400.5, lastSeconds: NOON + 0.25 });
const file = session({ id: 3, kind: 'file', firstSeconds: 1_000.75, lastSeconds: 90_000.5 });
const empty = session({ id: 4, kind: 'simulated' });

const resolve = (query: SpanQuery, sessions: SessionRecord[] = [live, file, empty], current = 0) =>
  resolveSpan(query, { sessions: () => Promise.resolve(sessions) } as unknown as Catalog, () => current);

describe('the span that is asked about', () => {
  test.for<{ name: string; query: SpanQuery; span: [session: number, from: number, to: number] }>([
    { name: 'live: the last hour', query: {}, span: [0, NOON + 1 - 3_600, NOON + 1] },
    { name: 'a file: all of it', query: { session: 3 }, span: [3, 1_000, 90_001] },
    { name: 'an hour before "to"', query: { to: '1970-01-02T00:00:00Z' }, span: [0, 82_800, 86_400] },
    { name: 'an hour that would begin before 1970', query: { to: '1970-01-01T00:10:00Z' }, span: [0, 0, 600] },
    { name: 'a file until before it begins', query: { session: 3, to: '1970-01-01T00:10:00Z' }, span: [3, 600, 600] },
    { name: 'from until the end', query: { from: '2023-11-15T11:00:00Z' }, span: [0, NOON - 3_600, NOON + 1] },
    {
      name: 'nothing',
      query: { from: '2023-01-01T00:00:00Z', to: '2023-01-01T00:00:00Z' },
      span: [0, 1_672_531_200, 1_672_531_200],
    },
    {
      name: 'another zone',
      query: { from: '2023-01-01T09:00:00+09:00', to: '2023-01-01T00:00:01Z' },
      span: [0, 1_672_531_200, 1_672_531_201],
    },
    {
      name: 'fractions of a second',
      query: { from: '1970-01-01T00:00:00.250Z', to: '1970-01-01T00:00:01Z' },
      span: [0, 0.25, 1],
    },
    { name: 'without seconds', query: { from: '1970-01-01T00:01Z', to: '1970-01-01T00:02Z' }, span: [0, 60, 120] },
  ])('$name', async ({ query, span: [id, fromSeconds, toSeconds] }) => {
    expect(await resolve(query)).toEqual({ session: id, fromSeconds, toSeconds });
  });

  test('without a session named, the one that is shown', async () => {
    expect((await resolve({}, [live, file], 3)).session).toBe(3);
  });

  test('a session without flows ends now', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(NOON * 1000 + 1);
    expect(await resolve({ session: 4 })).toEqual({ session: 4, fromSeconds: NOON + 1 - 3_600, toSeconds: NOON + 1 });
    vi.restoreAllMocks();
  });

  test('where nothing is stored, nothing named is answered too', async () => {
    expect((await resolve({}, [])).session).toBe(0);
  });

  test.for<{ name: string; query: SpanQuery; code: string }>([
    { name: 'a session that is not there', query: { session: 99 }, code: 'API_NO_SESSION' },
    {
      name: 'from after to',
      query: { from: '2023-01-02T00:00:00Z', to: '2023-01-01T00:00:00Z' },
      code: 'API_BAD_SPAN',
    },
    { name: 'from after the end', query: { from: '2200-01-01T00:00:00Z' }, code: 'API_BAD_SPAN' },
    { name: 'a date alone', query: { from: '2023-01-01' }, code: 'API_BAD_TIME' },
    { name: 'no zone', query: { from: '2023-01-01T00:00:00' }, code: 'API_BAD_TIME' },
    { name: 'a number', query: { to: '1700000000' }, code: 'API_BAD_TIME' },
    { name: 'a word', query: { to: 'now' }, code: 'API_BAD_TIME' },
    { name: 'nothing', query: { to: '' }, code: 'API_BAD_TIME' },
    { name: 'a thirteenth month', query: { to: '2023-13-01T00:00:00Z' }, code: 'API_BAD_TIME' },
    { name: 'hour 25', query: { to: '2023-01-01T25:00:00Z' }, code: 'API_BAD_TIME' },
    { name: 'before 1970', query: { from: '1969-12-31T23:59:59Z' }, code: 'API_BAD_TIME' },
    { name: 'the year 9999', query: { to: '9999-01-01T00:00:00Z' }, code: 'API_BAD_TIME' },
    { name: 'a space for the T', query: { to: '2023-01-01 00:00:00Z' }, code: 'API_BAD_TIME' },
  ])('$name is refused', async ({ query, code }) => expect(await codeOfPromise(resolve(query))).toBe(code));
});

test('times in answers', () => {
  expect(timeText(NOON + 0.5)).toBe('2023-11-15T12:00:00.500Z');
  expect(timeText(0)).toBe('1970-01-01T00:00:00.000Z');
});
