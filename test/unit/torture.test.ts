/** The torture's own parts: kills come again with their seed, and what is stored wrongly is seen. */
import { expect, test } from 'vitest';
import { moments, parts, planKill, planSpeed } from '../torture/kill-plan.ts';
import { differences } from '../torture/truth.ts';

const [server, both] = ['server', 'both'].map((name) => parts.find((part) => part.name === name));

test('the same seed kills at the same moments, after the same delays, in the same order', () => {
  for (let index = 0; index < 20; index++) {
    expect(planKill(both!, 7, index)).toEqual(planKill(both!, 7, index));
    expect(planSpeed(both!, 7, index)).toBe(planSpeed(both!, 7, index));
  }
  expect(planKill(both!, 8, 0)).not.toEqual(planKill(both!, 7, 0));
});

test('every moment and both orders come in a short run', () => {
  const plans = Array.from({ length: 40 }, (_, index) => planKill(both!, 1, index));
  expect(new Set(plans.map(({ moment }) => moment))).toEqual(new Set(moments));
  expect(new Set(plans.map(({ victims }) => victims[0]))).toEqual(new Set(['server', 'influxdb']));
  expect(planKill(server!, 1, 0).victims).toEqual(['server']);
});

test('what is stored twice is a difference, and what is missing is one where all should be there', () => {
  const came = new Map([
    ['a', 2],
    ['b', 1],
  ]);
  expect(differences(new Map(came), came, true)).toEqual([]);
  expect(differences(new Map([['a', 2]]), came, false)).toEqual([]);
  expect(differences(new Map([['a', 2]]), came, true)).toEqual(['b: 0 packets stored, 1 came']);
  // One too many and one too few: the sum alone would not show it.
  const moved = new Map([
    ['a', 3],
    ['b', 0],
  ]);
  expect(differences(moved, came, true)).toEqual(['a: 3 packets stored, 2 came', 'b: 0 packets stored, 1 came']);
  expect(differences(new Map([['c', 1]]), came, false)).toEqual(['c: 1 packets stored, 0 came']);
});
