import { beforeEach, expect, test, vi } from 'vitest';
import { NetworkNames } from '../../../viz/feed/network-names.ts';

let asked: number[] = [];
let arrived = 0;
beforeEach(() => {
  asked = [];
  arrived = 0;
});

function namesOf(answer: (asn: number) => Promise<string | null>): NetworkNames {
  return new NetworkNames(
    () => {
      arrived++;
    },
    (asn) => {
      asked.push(asn);
      return answer(asn);
    },
  );
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

test('a name is asked for once, and told when it has come', async () => {
  const names = namesOf(async (asn) => `network ${asn}`);
  expect([names.of(5), names.of(5), names.of(0)]).toEqual([null, null, null]);
  await settled();
  expect([names.of(5), names.of(5)]).toEqual(['network 5', 'network 5']);
  expect([asked, arrived]).toEqual([[5], 1]);
});

test('that there is none is known, too', async () => {
  const names = namesOf(async () => null);
  names.of(5);
  await settled();
  expect(names.of(5)).toBeNull();
  expect(asked).toEqual([5]);
});

test('a server that does not answer is left alone for a while', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const names = namesOf(() => Promise.reject(new Error('away')));
    names.of(5);
    await settled();
    expect([names.of(5), names.of(6)]).toEqual([null, null]);
    expect([asked, arrived]).toEqual([[5], 0]);
    vi.advanceTimersByTime(10_000);
    names.of(5);
    expect(asked).toEqual([5, 5]);
  } finally {
    vi.useRealTimers();
  }
});

test('few are asked for at once, and few are kept: those that were looked at last', async () => {
  const names = namesOf(async (asn) => String(asn));
  for (let asn = 1; asn <= 10; asn++) names.of(asn);
  expect(asked).toEqual([1, 2, 3, 4]);
  await settled();
  for (let asn = 5; asn <= 600; asn++) {
    names.of(asn);
    await settled();
    names.of(1);
  }
  expect(asked.length).toBe(600);
  expect(names.of(1)).toBe('1');
  expect(asked.length).toBe(600);
  names.of(2);
  expect(asked.at(-1)).toBe(2);
});
