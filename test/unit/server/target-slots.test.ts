import { describe, expect, test } from 'vitest';
import { TargetSlots } from '../../../server/enrich/target-slots.ts';
import { parseIpv4 } from '../../../shared/address.ts';
import { createFlowBatch } from '../../../shared/flow-batch.ts';
import { flowBatch } from '../../support/commits.ts';

const KEY = new Uint8Array(32).fill(7);
const OTHER_KEY = new Uint8Array(32).fill(8);

/** Slots of `count` addresses from `first` on. */
function slotsOf(slots: TargetSlots, first: string, count: number): number[] {
  const batch = createFlowBatch(4, count);
  batch.length = count;
  for (let row = 0; row < count; row++) batch.target[row] = parseIpv4(first)! + row;
  return Array.from({ length: count }, (_, row) => slots.of(batch, row));
}
const slotsOfIpv6 = (slots: TargetSlots, ...targets: string[]) => {
  const batch = flowBatch(
    6,
    targets.map((target) => ({ target })),
  );
  return targets.map((_, row) => slots.of(batch, row));
};
const isSlot = (slot: number) => Number.isInteger(slot) && slot >= 0 && slot < 65_536;

describe.for([
  { name: 'a /24', prefixes: ['198.51.100.0/24'], first: '198.51.100.0', size: 256 },
  { name: 'a /25 (no power of four)', prefixes: ['198.51.100.0/25'], first: '198.51.100.0', size: 128 },
  { name: 'a /16', prefixes: ['198.51.0.0/16'], first: '198.51.0.0', size: 65_536 },
])('$name', ({ prefixes, first, size }) => {
  const found = slotsOf(new TargetSlots(KEY, prefixes), first, size);

  test('every address has a slot of its own', () => {
    expect(found.every(isSlot)).toBe(true);
    expect(new Set(found).size).toBe(size);
  });

  test('slots are spread evenly over all that there are', () => {
    expect(found.map((slot) => Math.floor(slot / (65_536 / size))).sort((a, b) => a - b)).toEqual(
      Array.from({ length: size }, (_, i) => i),
    );
  });

  test.skipIf(size > 4096)('their common divisor does not tell how many there are', () => {
    const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
    expect(found.reduce(divisor)).toBe(1);
  });

  test('their order tells nothing of the addresses’', () => {
    const step = (slot: number) => Math.floor(slot / (65_536 / size));
    const neighbours = found.slice(1).filter((slot, i) => Math.abs(step(slot) - step(found[i]!)) === 1).length;
    expect(neighbours).toBeLessThan(size / 16);
  });

  test('the same at every start, another with another key', () => {
    expect(slotsOf(new TargetSlots(KEY, prefixes), first, size)).toEqual(found);
    const other = slotsOf(new TargetSlots(OTHER_KEY, prefixes), first, size);
    expect(new Set(other).size).toBe(size);
    expect(other.filter((slot, i) => slot === found[i]).length).toBeLessThan(size / 16);
  });

  test('asked again, in another order, each address has the slot it had', () => {
    const slots = new TargetSlots(KEY, prefixes);
    slotsOf(slots, first, size);
    expect(slotsOf(slots, first, size)).toEqual(found);
  });
});

test('several blocks share the slots', () => {
  const slots = new TargetSlots(KEY, ['198.51.100.0/24', '203.0.113.0/25', '192.0.2.8']);
  const found = [
    ...slotsOf(slots, '198.51.100.0', 256),
    ...slotsOf(slots, '203.0.113.0', 128),
    ...slotsOf(slots, '192.0.2.8', 1),
  ];
  expect(new Set(found).size).toBe(385);
});

test('a telescope of a /8 has slots for all', () => {
  const found = slotsOf(new TargetSlots(KEY, ['44.0.0.0/8']), '44.1.2.0', 10_000);
  expect(found.every(isSlot)).toBe(true);
  expect(new Set(found).size).toBeGreaterThan(8_500);
});

describe('targets outside of the watched blocks', () => {
  test.for([{ prefixes: [] }, { prefixes: ['198.51.100.0/24'] }, { prefixes: ['2001:db8::/32'] }])(
    'watched: $prefixes',
    ({ prefixes }) => {
      const found = slotsOf(new TargetSlots(KEY, prefixes), '203.0.113.0', 256);
      expect(found.every(isSlot)).toBe(true);
      expect(new Set(found).size).toBeGreaterThan(240);
      expect(slotsOf(new TargetSlots(KEY, prefixes), '203.0.113.0', 256)).toEqual(found);
      expect(slotsOf(new TargetSlots(OTHER_KEY, prefixes), '203.0.113.0', 256)).not.toEqual(found);
    },
  );

  test('IPv6: every word counts', () => {
    const slots = new TargetSlots(KEY, []);
    const found = slotsOfIpv6(slots, '1::', '2::', '0:0:1::', '0:0:0:0:1::', '::1', '::2');
    expect(found.every(isSlot)).toBe(true);
    expect(new Set(found).size).toBe(6);
  });
});

describe('IPv6', () => {
  test('every address of a /120 has a slot of its own', () => {
    const targets = Array.from({ length: 256 }, (_, i) => `2001:db8::${i.toString(16)}`);
    const found = slotsOfIpv6(new TargetSlots(KEY, ['2001:db8::/120']), ...targets);
    expect(new Set(found).size).toBe(256);
  });

  test('of a large block the last 32 bits tell addresses apart', () => {
    const slots = new TargetSlots(KEY, ['2001:db8::/32']);
    const [one, same, other] = slotsOfIpv6(slots, '2001:db8::1', '2001:db8:0:5::1', '2001:db8::2');
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  test('blocks of both families stand beside one another', () => {
    const slots = new TargetSlots(KEY, ['2001:db8::/120', '198.51.100.0/24']);
    const targets = Array.from({ length: 256 }, (_, i) => `2001:db8::${i.toString(16)}`);
    const found = [...slotsOfIpv6(slots, ...targets), ...slotsOf(slots, '198.51.100.0', 256)];
    expect(new Set(found).size).toBe(512);
  });
});
