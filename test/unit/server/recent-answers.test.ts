import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RecentAnswers } from '../../../server/api/recent-answers.ts';

/** Milliseconds of the clock that only runs forward. */
let now = 0;
beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => now));
afterEach(() => vi.restoreAllMocks());

test('an answer is at hand for two seconds', () => {
  const answers = new RecentAnswers();
  const body = new Uint8Array(10);
  answers.put('a', body);
  now += 2_000;
  expect(answers.find('a')).toBe(body);
  expect(answers.find('b')).toBeNull();
  now += 1;
  expect(answers.find('a')).toBeNull();
});

test('beyond 32 MiB the oldest go, and what is put again counts once', () => {
  const answers = new RecentAnswers();
  const large = new Uint8Array(12 * 1024 * 1024);
  for (let time = 0; time < 9; time++) answers.put('a', large);
  answers.put('b', large);
  expect(answers.find('a') === large).toBe(true);
  answers.put('c', large);
  expect(answers.find('a')).toBeNull();
  for (const key of ['b', 'c']) expect(answers.find(key) === large).toBe(true);
});
