import { expect, test } from 'vitest';
import { KeyList, LIST_KEYS } from '../../../server/aggregate/key-list.ts';
import { SeriesSlots } from '../../../server/aggregate/series-slots.ts';

const SECRET = new Uint32Array([1, 2, 3, 4]);
const DAY = 86_400;

/** Plays a minute in which each key has so many packets; keys that are not listed come as they do in a flow. */
function play(list: KeyList, minute: number, packets: Record<number, number>) {
  for (const [key, count] of Object.entries(packets)) {
    list.count(Number(key), count);
    if (!list.members().some((member) => member.key === Number(key))) list.admits(Number(key), minute);
  }
  return list.endMinute(minute);
}

const range = (from: number, to: number, packets: number) =>
  Object.fromEntries(Array.from({ length: to - from }, (_, at) => [from + at, packets]));

test('whom comes first is admitted, until half of the list is full', () => {
  const list = new KeyList(SECRET);
  play(list, 0, range(0, 1_000, 1));
  expect(list.members()).toHaveLength(LIST_KEYS / 2);
});

test('who is big for three minutes in a row enters; who is big for two does not', () => {
  const list = new KeyList(SECRET);
  play(list, 0, range(0, 200, 1));
  for (const minute of [60, 120]) play(list, minute, { 5000: 99 });
  play(list, 180, { 6000: 1 });
  expect(play(list, 240, { 5000: 99 }).entered).toEqual([]);
  play(list, 300, { 5000: 99 });
  expect(play(list, 360, { 5000: 99 }).entered).toEqual([5_000]);
});

test('whoever floods the list with one packet a day cannot keep out who is big', () => {
  const list = new KeyList(SECRET);
  for (let minute = 0; minute < 600; minute += 60) play(list, minute, range(0, 2_000, 1));
  for (let minute = 600; minute < 1_200; minute += 60)
    play(list, minute, { ...range(0, 2_000, 1), ...range(9_000, 9_100, 50) });
  const members = new Set(list.members().map(({ key }) => key));
  expect(Object.keys(range(9_000, 9_100, 1)).every((key) => members.has(Number(key)))).toBe(true);
  expect(members.size).toBeLessThanOrEqual(LIST_KEYS);
});

test('who belongs stays a day after it was last big, and leaves then', () => {
  const list = new KeyList(SECRET);
  for (let minute = 0; minute < 240; minute += 60) play(list, minute, { 23: 9 });
  expect(play(list, 180 + DAY - 60, { 80: 1 }).left).toEqual([]);
  expect(play(list, 180 + DAY, { 80: 1 }).left).toEqual([23]);
});

test('in a day, no more keys are ever listed than twice the list, whatever is sent', () => {
  const list = new KeyList(SECRET);
  const seen = new Set<number>();
  for (let minute = 0; minute < DAY; minute += 60) {
    // Each three minutes, another hundred is big.
    const first = Math.floor(minute / 180) * 100;
    play(list, minute, range(first, first + 100, 10));
    for (const { key } of list.members()) seen.add(key);
  }
  expect(seen.size).toBeLessThanOrEqual(2 * LIST_KEYS);
});

test('after a clock that was ahead is set right, who belongs leaves a day after it was last big', () => {
  const list = new KeyList(SECRET);
  const ahead = 400 * DAY;
  for (let minute = ahead; minute < ahead + 240; minute += 60) play(list, minute, { 23: 9, 24: 1 });
  expect(play(list, DAY, { 80: 1 }).left).toEqual([]);
  expect(play(list, 2 * DAY - 60, { 80: 1 }).left).toEqual([]);
  expect(play(list, 2 * DAY, { 80: 1 }).left.sort()).toEqual([23, 24]);
  expect(list.members().every(({ lastBig }) => lastBig <= 2 * DAY)).toBe(true);
});

test('a list that was stored under a clock ahead is set right too, and makes room', () => {
  const list = new KeyList(SECRET);
  list.restore(Array.from({ length: LIST_KEYS }, (_, key) => ({ key, merit: true, lastBig: 9_000_000_000 })));
  for (let minute = DAY; minute < DAY + 240; minute += 60) play(list, minute, { 5000: 9 });
  expect(list.members().some(({ key }) => key === 5_000)).toBe(false);
  for (let minute = 2 * DAY; minute < 2 * DAY + 240; minute += 60) play(list, minute, { 5000: 9 });
  expect(list.members().map(({ key }) => key)).toEqual([5_000]);
});

test('slots of keys that left under a clock ahead are given again', () => {
  const slots = new SeriesSlots(SECRET);
  const ahead = 400 * DAY;
  const slot = slots.ofPort(true, 23, 1, ahead);
  slots.endMinute(ahead);
  slots.endMinute(ahead + 2 * DAY);
  for (let minute = DAY; minute < 5 * DAY; minute += 600) slots.endMinute(minute);
  expect(slots.ofPort(true, 80, 1, 4 * DAY)).toBe(slot);
});

test('whoever works to get ports onto the list gets 384 a day there at most', () => {
  const list = new KeyList(SECRET);
  const seen = new Set<number>();
  const days = 6;
  // Every quarter of an hour others are big, in as many minutes as it takes, beside a scan of all there are.
  for (let minute = 0; minute < days * DAY; minute += 300) {
    const first = Math.floor(minute / 900) * 100;
    for (let at = 0; at < 300; at++) {
      const key = at < 100 ? (first + at) % 65_536 : (minute / 300) * 200 + at;
      list.count(key, at < 100 ? 50 : 1);
      list.admits(key, minute);
    }
    list.endMinute(minute);
    for (const { key } of list.members()) seen.add(key);
    expect(list.members().length).toBeLessThanOrEqual(LIST_KEYS);
  }
  expect(seen.size).toBeGreaterThan(days * 100);
  expect(seen.size).toBeLessThanOrEqual(days * 384);
});
