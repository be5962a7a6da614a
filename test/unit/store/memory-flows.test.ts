import { describe, expect, test } from 'vitest';
import { KeyIndex, KeySums } from '../../../server/store/flow-memory/key-sums.ts';
import { MemoryFlows, type MemoryFlowsOptions, microsOf } from '../../../server/store/flow-memory/memory-flows.ts';
import { createColumn, type FlowBatch } from '../../../shared/flow-batch.ts';
import { flowFieldNames } from '../../../shared/flow-fields.ts';
import { ROWS, randomFlows, randomNumbers } from '../../support/random-flows.ts';

function memoryFlows(options: Partial<MemoryFlowsOptions> = {}): MemoryFlows {
  return new MemoryFlows({
    session: 1,
    sensor: 1,
    maxFlows: 1e6,
    maxBytes: 1e9,
    pause: async () => undefined,
    ...options,
  });
}

/** Every column of a row but those that are the same in all. */
function rowsOf(batch: FlowBatch): string[] {
  return Array.from({ length: batch.length }, (_, row) =>
    flowFieldNames
      .filter((name) => name !== 'session' && name !== 'sensor')
      .map((name) => {
        const words = batch[name].length / batch.capacity;
        return `${name} ${batch[name].subarray(row * words, (row + 1) * words).join()}`;
      })
      .join(', '),
  );
}

describe('flows in memory', () => {
  test.for([4, 6] as const)('of IPv%i are what was appended, tunnels and all, chunk after chunk', async (family) => {
    const flows = memoryFlows();
    const random = randomNumbers();
    const appended: string[] = [];
    for (let batch = 0; batch < 12; batch++) {
      const rows = randomFlows(family, random);
      // A chunk whose first rows have no packets inside.
      if (batch % 3 === 0)
        for (const name of flowFieldNames) if (name.startsWith('inner') || name === 'tunnel') rows[name].fill(0);
      flows.append(rows);
      appended.push(...rowsOf(rows));
    }
    expect([...flows.batches()].flatMap(rowsOf)).toEqual(appended);
    expect(
      [...flows.batches()].every(({ session, sensor, length }) => session[length - 1] === 1 && sensor[0] === 1),
    ).toBe(true);
    let selected = 0;
    const span = microsOf({ fromSeconds: 0, toSeconds: 9e9 }, 'first');
    for await (const { selection } of flows.select(span, undefined)) selected += selection.length;
    expect(selected).toBe(12 * ROWS);
  });

  test('where the browser gives no more memory, the rest is counted', () => {
    let columns = 0;
    const create: typeof createColumn = (...given) => {
      if (++columns > 40) throw new RangeError('Array buffer allocation failed');
      return createColumn(...given);
    };
    const flows = memoryFlows({ create });
    const random = randomNumbers();
    let packets = 0;
    for (let batch = 0; batch < 6; batch++) {
      const rows = randomFlows(4, random);
      for (let row = 0; row < rows.length; row++) packets += rows.packets[row]!;
      flows.append(rows);
      expect(rows.length).toBe(ROWS);
    }
    expect(flows.length).toBeGreaterThan(ROWS);
    expect(flows.length + flows.notHeld.flows).toBe(6 * ROWS);
    expect(flows.packets + flows.notHeld.packets).toBe(packets);
    expect(flows.notHeld.packetsIn(0, 9e9)).toBe(flows.notHeld.packets);
    expect([...flows.batches()].every(({ length, capacity }) => length <= capacity)).toBe(true);
  });
});

describe('sums by key', () => {
  test('grow, whatever the keys, and are in order of packets, then key', () => {
    const sums = new KeySums(2, 5, { hasTimes: true });
    for (let round = 1; round <= 2; round++)
      for (let key = 0; key < 5_000; key++)
        sums.add([key >> 3, key & 7], 0, (key % 10) + 1, round, round * 100 + key, round * 200 + key);
    expect(sums.length).toBe(5_000);
    const first = sums.mostFirst(3).map((number) => [...sums.index.words.subarray(number * 2, number * 2 + 2)]);
    expect(first).toEqual([9, 19, 29].map((key) => [key >> 3, key & 7]));
    const [most] = sums.mostFirst(1);
    expect([sums.packets[most!], sums.bytes[most!], sums.flows[most!]]).toEqual([20, 3, 2]);
    expect([sums.firstMicros[most!], sums.lastMicros[most!]]).toEqual([109, 409]);
  });

  test('a key keeps its number', () => {
    const index = new KeyIndex(1, 1);
    const numbers = Array.from({ length: 3_000 }, (_, key) => index.numberOf([key * 65_536]));
    expect(numbers).toEqual(Array.from({ length: 3_000 }, (_, at) => at));
    expect(numbers.map((_, key) => index.numberOf([key * 65_536]))).toEqual(numbers);
  });
});
