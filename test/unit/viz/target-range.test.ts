import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseIpv4 } from '../../../shared/address.ts';
import { targetMarks } from '../../../viz/scene/cube-axes.ts';
import { defaultSettings, formatTargets, readTargets } from '../../../viz/scene/settings.ts';
import { networkAround, targetRange } from '../../../viz/scene/target-range.ts';

const word = (text: string) => parseIpv4(text)!;

test.for<[lowest: string, highest: string, network: string]>([
  ['198.51.100.7', '198.51.100.7', '198.51.100.7/32'],
  ['198.51.100.6', '198.51.100.7', '198.51.100.6/31'],
  ['198.51.100.1', '198.51.100.254', '198.51.100.0/24'],
  ['198.18.0.1', '198.19.255.254', '198.18.0.0/15'],
  ['127.255.255.255', '128.0.0.0', '0.0.0.0/0'],
  ['0.0.0.0', '255.255.255.255', '0.0.0.0/0'],
  ['224.0.0.1', '255.255.255.255', '224.0.0.0/3'],
])('%s to %s lie in %s', ([lowest, highest, network]) => {
  expect(formatTargets(networkAround({ lowest: word(lowest), highest: word(highest) }))).toBe(network);
});

test('a network is the smallest that holds both, and is read as it is written', () => {
  const address = fc.integer({ min: 0, max: 0xffff_ffff });
  fc.assert(
    fc.property(address, address, (one, other) => {
      const span = { lowest: Math.min(one, other), highest: Math.max(one, other) };
      const [first, last] = networkAround(span);
      expect(first <= span.lowest && span.highest <= last).toBe(true);
      const middle = first + (last + 1 - first) / 2;
      if (first !== last) expect(span.lowest < middle && span.highest >= middle).toBe(true);
      expect(readTargets(formatTargets([first, last]))).toEqual([first, last]);
    }),
  );
});

test.for(['198.51.100.7', '198.51.100.7/33', '300/8', '/8', 'x/8', '2001:db8::/32'])('no network: %s', (text) => {
  expect(readTargets(text)).toBeNull();
});

test('who is told no targets sees slots, whatever was chosen', () => {
  const span = { lowest: word('198.51.100.0'), highest: word('198.51.100.255') };
  const targets = readTargets('198.51.100.128/25');
  const { cube } = defaultSettings;
  expect(targetRange({ ...cube, targetsBy: 'address', targets }, null)).toBeNull();
  expect(targetRange({ ...cube, targets }, span)).toBeNull();
  expect(targetRange({ ...cube, targetsBy: 'address' }, span)).toEqual([span.lowest, span.highest]);
  expect(targetRange({ ...cube, targetsBy: 'address', targets }, span)).toEqual(targets);
});

test.for<[network: string, first: string, last: string, count: number]>([
  ['198.51.100.0/24', '198.51.100.0', '198.51.100.255', 9],
  ['198.51.100.8/30', '198.51.100.8', '198.51.100.11', 4],
  ['198.51.100.7/32', '198.51.100.7', '198.51.100.7', 1],
  ['0.0.0.0/0', '0', '255', 9],
])('marks of %s go from %s to %s', ([network, first, last, count]) => {
  const marks = targetMarks(readTargets(network)!);
  expect([marks.at(0)!.text, marks.at(-1)!.text, marks.length]).toEqual([first, last, count]);
  for (const { share } of marks) expect(Math.abs(share)).toBeLessThan(1);
  expect(new Set(marks.map(({ text }) => text)).size).toBe(count);
});
