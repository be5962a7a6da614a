import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FlowTable, type FlowTableOptions } from '../../../sensor/flow/flow-table.ts';
import { formatAddress, formatInnerAddress } from '../../../shared/address.ts';
import type { Family, FlowBatch } from '../../../shared/flow-batch.ts';
import { flowFieldNames } from '../../../shared/flow-fields.ts';
import { TrafficClass } from '../../../shared/protocols.ts';
import { packetBatch, type TestPacket } from '../../support/packet-batch.ts';

const NOON = 1_700_000_000;

type Row = Record<string, number | string>;

function rowsOf(batch: FlowBatch): Row[] {
  return Array.from({ length: batch.length }, (_, row) =>
    Object.fromEntries(
      flowFieldNames.map((name) => {
        if (name === 'source' || name === 'target') return [name, formatAddress(batch.family, batch[name], row)];
        if (name === 'innerSource' || name === 'innerTarget') return [name, formatInnerAddress(batch[name], row)];
        return [name, batch[name][row]!];
      }),
    ),
  );
}

/** The batches of rows that a table hands out for batches of packets, the last when it is emptied at the end. */
function flowsOf(
  family: Family,
  batches: readonly (readonly TestPacket[])[],
  options: Partial<FlowTableOptions> = {},
): Row[][] {
  const handedOut: Row[][] = [];
  const table = new FlowTable({ family, capacity: 1024, ...options, onRows: (rows) => handedOut.push(rowsOf(rows)) });
  for (const packets of batches) table.add(packetBatch(family, packets));
  table.empty();
  return handedOut;
}

describe('sums', () => {
  test('of packets of one key', () => {
    const [rows] = flowsOf(4, [
      [
        { nanoseconds: 500_000_999, wireLength: 60, tcpWindow: 1024, tagsLow: 2, vlan: 5, synOptions: 3 },
        { nanoseconds: 200_000_000, wireLength: 74, tcpWindow: 9, tagsLow: 8, tagsHigh: 1, vlan: 6, synOptions: 7 },
      ],
      [{ nanoseconds: 999_999_999, wireLength: 1 }],
    ]);
    expect(rows).toEqual([
      {
        interval: NOON,
        source: '192.0.2.1',
        target: '198.51.100.7',
        sourcePort: 40_000,
        targetPort: 23,
        protocol: 6,
        tcpFlags: 2,
        ttl: 241,
        ipLength: 40,
        firstMicros: 200_000,
        lastMicros: 999_999,
        packets: 3,
        wireBytes: 135,
        tagsLow: 10,
        tagsHigh: 1,
        // Those of the first packet.
        synWindow: 1024,
        vlan: 5,
        class: TrafficClass.tcpSyn,
        radiation: 0,
        fragment: 0,
        session: 0,
        sensor: 0,
        country: 0,
        asn: 0,
        synOptions: 3,
        tunnel: 0,
        innerProtocol: 0,
        innerSource: '::',
        innerTarget: '::',
        innerSourcePort: 0,
        innerTargetPort: 0,
      },
    ]);
  });

  test.for<{ name: string; fragments: number[]; expected: number }>([
    { name: 'whole packets', fragments: [0, 0], expected: 0 },
    { name: 'a first fragment among them', fragments: [0, 1, 0], expected: 1 },
    { name: 'later fragments', fragments: [2, 2], expected: 2 },
  ])('fragment of $name', ({ fragments, expected }) => {
    const [rows] = flowsOf(4, [fragments.map((fragment) => ({ fragment }))]);
    expect(rows).toMatchObject([{ packets: fragments.length, fragment: expected }]);
  });
});

describe('what a tunnel carries', () => {
  const inner: TestPacket = {
    tunnel: 8,
    innerProtocol: 6,
    innerSource: '203.0.113.5',
    innerTarget: '2001:db8::9',
    innerSourcePort: 1,
    innerTargetPort: 2,
  };

  test.for([4, 6] as const)('is that of the first packet, IPv%i', (family) => {
    const other = { ...inner, tunnel: 1, innerSource: '203.0.113.6', innerTargetPort: 9 };
    expect(flowsOf(family, [[inner, other, {}]]).flat()).toMatchObject([{ ...inner, packets: 3 }]);
    expect(flowsOf(family, [[{}, inner]]).flat()).toMatchObject([{ tunnel: 0, innerSource: '::', packets: 2 }]);
  });

  test('leaves nothing in a row that is used again', () => {
    const void0 = { ...inner, tunnel: 0 };
    const rows = flowsOf(
      4,
      [[inner], [{ sourcePort: 2 }], [{ ...inner, sourcePort: 3 }], [{ ...void0, sourcePort: 4 }]],
      {
        capacity: 1,
      },
    ).flat();
    const none = { tunnel: 0, innerProtocol: 0, innerSource: '::', innerTarget: '::', innerSourcePort: 0 };
    expect(rows).toMatchObject([inner, none, { ...inner, sourcePort: 3 }, { ...none, innerTargetPort: 0 }]);
  });
});

describe('a packet that differs in a field of the key is another flow', () => {
  test.for<{ name: string; family: Family; change: TestPacket }>([
    { name: 'source', family: 4, change: { source: '192.0.2.2' } },
    { name: 'target', family: 4, change: { target: '198.51.100.8' } },
    { name: 'first word of the source', family: 6, change: { source: '2001:db9::1' } },
    { name: 'second word of the source', family: 6, change: { source: '2001:db8:1::1' } },
    { name: 'third word of the target', family: 6, change: { target: '2001:db8:ffff::1:0:7' } },
    { name: 'last word of the target', family: 6, change: { target: '2001:db8:ffff::8' } },
    { name: 'source port', family: 4, change: { sourcePort: 40_001 } },
    { name: 'target port', family: 4, change: { targetPort: 24 } },
    { name: 'protocol', family: 4, change: { protocol: 17 } },
    { name: 'flags', family: 4, change: { tcpFlags: 18 } },
    { name: 'TTL', family: 4, change: { ttl: 240 } },
    { name: 'length', family: 4, change: { ipLength: 44 } },
    { name: 'class of radiation', family: 4, change: { radiation: 9 } },
    { name: 'class of radiation of IPv6', family: 6, change: { radiation: 9 } },
    { name: 'interval', family: 4, change: { seconds: NOON + 1 } },
    { name: 'interval before', family: 4, change: { seconds: NOON - 1 } },
  ])('$name', ({ family, change }) => {
    // In a table of four places the two meet in one place with some seed: then only the comparison tells them apart.
    for (let seed = 0; seed < 40; seed++) {
      const rows = flowsOf(family, [[{}, change, {}, change]], { capacity: 2, seed }).flat();
      expect(rows.map(({ packets }) => packets)).toEqual([2, 2]);
    }
  });

  test.for<{ name: string; change: TestPacket }>([
    { name: 'VLAN', change: { vlan: 7 } },
    { name: 'window', change: { tcpWindow: 7 } },
    { name: 'sequence number', change: { tcpSequence: 7 } },
    { name: 'identification', change: { ipId: 7 } },
    { name: 'nanoseconds', change: { nanoseconds: 999_999_999 } },
    { name: 'length on the wire', change: { wireLength: 1514 } },
  ])('and $name is none of them', ({ change }) => {
    expect(flowsOf(4, [[{}, change]]).flat()).toMatchObject([{ packets: 2 }]);
  });
});

describe('intervals', () => {
  test('a packet belongs to the interval it begins', () => {
    const packets = [{ seconds: NOON, nanoseconds: 999_999_999 }, { seconds: NOON + 1 }];
    expect(flowsOf(4, [packets]).flat()).toMatchObject([
      { interval: NOON, firstMicros: 999_999 },
      { interval: NOON + 1, firstMicros: 0 },
    ]);
  });

  test('of a minute', () => {
    const packets = [0, 59, 60].map((second) => ({ seconds: 1_699_999_980 + second, nanoseconds: 1_000 }));
    expect(flowsOf(4, [packets], { intervalSeconds: 60 }).flat()).toMatchObject([
      { interval: 1_699_999_980, packets: 2, firstMicros: 1, lastMicros: 59_000_001 },
      { interval: 1_700_000_040, packets: 1, firstMicros: 1 },
    ]);
  });

  test('at the border of an interval, however few rows hold so many packets', () => {
    const packets = (second: number, count: number) =>
      Array.from({ length: count }, () => ({ seconds: NOON + second }));
    const handedOut = (emptyAtPackets: number) =>
      flowsOf(4, [[...packets(0, 5), ...packets(1, 1)]], { emptyAtPackets }).map((rows) => rows.length);
    expect(handedOut(5)).toEqual([1, 1]);
    expect(handedOut(6)).toEqual([2]);
  });

  test('tells how old the oldest is that it holds', () => {
    const table = new FlowTable({ family: 4, capacity: 2, emptyAtRows: 2, onRows: () => undefined });
    const add = (seconds: number, sourcePort: number) =>
      table.add(packetBatch(4, [{ seconds: NOON + seconds, sourcePort }]));
    expect(table.oldestInterval).toBe(Number.POSITIVE_INFINITY);
    add(5, 1);
    add(3, 2);
    expect(table.oldestInterval).toBe(NOON + 3);
    // Full: what it holds leaves, and the packet that came last stays.
    add(4, 3);
    expect(table.oldestInterval).toBe(NOON + 4);
    table.empty();
    expect(table.oldestInterval).toBe(Number.POSITIVE_INFINITY);
    add(9, 1);
    add(9, 2);
    // At the border.
    add(10, 1);
    expect(table.oldestInterval).toBe(NOON + 10);
  });

  test('at a border the table is emptied when it holds enough rows', () => {
    const second = (seconds: number, rows: number) =>
      Array.from({ length: rows }, (_, i) => ({ seconds, sourcePort: i }));
    const lengths = (packets: TestPacket[], emptyAtRows: number) =>
      flowsOf(4, [packets], { emptyAtRows }).map((rows) => rows.length);
    expect(lengths([...second(NOON, 3), ...second(NOON + 1, 2)], 3)).toEqual([3, 2]);
    expect(lengths([...second(NOON, 3), ...second(NOON + 1, 2)], 4)).toEqual([5]);
    // A packet of an older interval is no border.
    expect(lengths([...second(NOON, 3), ...second(NOON - 1, 2), ...second(NOON, 1)], 3)).toEqual([5]);
  });
});

describe('a table that is full', () => {
  test('hands out its rows and goes on', () => {
    const packets = Array.from({ length: 25 }, (_, i) => ({ sourcePort: i }));
    const handedOut = flowsOf(4, [packets], { capacity: 10 });
    expect(handedOut.map((rows) => rows.length)).toEqual([10, 10, 5]);
    expect(handedOut.flat().map(({ sourcePort }) => sourcePort)).toEqual(packets.map(({ sourcePort }) => sourcePort));
  });

  test('still adds to the flows it has', () => {
    const packets = Array.from({ length: 100 }, (_, i) => ({ sourcePort: i % 10 }));
    expect(flowsOf(4, [packets], { capacity: 10 }).map((rows) => rows.length)).toEqual([10]);
  });
});

describe('bytes beyond 32 bits', () => {
  const HUGE = 0x9000_0000;

  test('split the record', () => {
    const rows = flowsOf(4, [[{ wireLength: HUGE }, { wireLength: HUGE }, { wireLength: 60 }]]).flat();
    expect(rows).toMatchObject([
      { packets: 1, wireBytes: HUGE },
      { packets: 2, wireBytes: HUGE + 60 },
    ]);
  });

  test('the largest sum is still one record', () => {
    const rows = flowsOf(4, [[{ wireLength: 0xffff_ff00 }, { wireLength: 255 }]]).flat();
    expect(rows).toMatchObject([{ packets: 2, wireBytes: 0xffff_ffff }]);
  });

  test('in a table that is full', () => {
    const handedOut = flowsOf(4, [[{ wireLength: HUGE }, { wireLength: HUGE }, { wireLength: HUGE }]], { capacity: 1 });
    expect(handedOut.flat()).toMatchObject([{ wireBytes: HUGE }, { wireBytes: HUGE }, { wireBytes: HUGE }]);
  });

  test('leave other flows where they are', () => {
    // Many flows in a small table: chains that pass the record that is split.
    const others = Array.from({ length: 60 }, (_, sourcePort) => ({ sourcePort }));
    const split = { sourcePort: 30, wireLength: HUGE };
    const rows = flowsOf(4, [[...others, split, split, split, ...others]], { capacity: 64 }).flat();
    expect(rows.filter(({ sourcePort }) => sourcePort !== 30).every(({ packets }) => packets === 2)).toBe(true);
    expect(rows.reduce((sum, row) => sum + Number(row.wireBytes), 0)).toBe(120 * 60 + 3 * HUGE);
  });
});

test('counts of packets and flows', () => {
  const table = new FlowTable({ family: 4, capacity: 4, onRows: () => undefined });
  table.add(packetBatch(4, [{}, {}, { sourcePort: 1 }]));
  expect(table).toMatchObject({ packetsHeld: 3, packetsEmitted: 0, flowsEmitted: 0 });
  table.empty();
  table.empty();
  expect(table).toMatchObject({ packetsHeld: 0, packetsEmitted: 3, flowsEmitted: 2, flowsEmittedEarly: 0 });
});

test('flows that had to leave because the table was full are counted', () => {
  for (const onRows of [() => undefined, null]) {
    const table = new FlowTable({ family: 4, capacity: 10, emptyAtRows: 3, onRows });
    table.add(
      packetBatch(4, [
        ...Array.from({ length: 24 }, (_, i) => ({ sourcePort: i })),
        // A border, with four rows in the table.
        { seconds: NOON + 1 },
      ]),
    );
    expect(table).toMatchObject({ packetsHeld: 1, packetsEmitted: 24, flowsEmitted: 24, flowsEmittedEarly: 20 });
  }
});

/** Few values a field, so that keys meet often. */
const packet: fc.Arbitrary<TestPacket> = fc.record({
  seconds: fc.constantFrom(NOON, NOON, NOON + 1, NOON + 2, NOON - 1),
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
  source: fc.constantFrom('192.0.2.1', '192.0.2.2', '203.0.113.9'),
  sourcePort: fc.integer({ min: 0, max: 12 }),
  targetPort: fc.constantFrom(22, 23),
  wireLength: fc.constantFrom(60, 74, 0x7fff_ffff),
  ttl: fc.constantFrom(64, 241),
});

test('whatever comes, packets and bytes are conserved, and records of equal key add up to the same', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(packet, { minLength: 1, maxLength: 40 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 50 }),
      (batches, capacity, emptyAtRows) => {
        const sums = (rows: Row[]) => {
          const byKey = new Map<string, [packets: number, bytes: number, first: number, last: number]>();
          for (const row of rows) {
            const key = [row.interval, row.source, row.sourcePort, row.targetPort, row.ttl].join(' ');
            const [packets, bytes, first, last] = byKey.get(key) ?? [0, 0, 1e9, 0];
            byKey.set(key, [
              packets + Number(row.packets),
              bytes + Number(row.wireBytes),
              Math.min(first, Number(row.firstMicros)),
              Math.max(last, Number(row.lastMicros)),
            ]);
          }
          return byKey;
        };
        // The sums by hand: every packet a row of its own.
        const expected = sums(
          batches.flat().map((one) => ({
            interval: one.seconds!,
            source: one.source!,
            sourcePort: one.sourcePort!,
            targetPort: one.targetPort!,
            ttl: one.ttl!,
            packets: 1,
            wireBytes: one.wireLength!,
            firstMicros: Math.floor(one.nanoseconds! / 1000),
            lastMicros: Math.floor(one.nanoseconds! / 1000),
          })),
        );
        expect(sums(flowsOf(4, batches, { capacity, emptyAtRows }).flat())).toEqual(expected);
      },
    ),
    { numRuns: 200 },
  );
});

test('what is handed out does not depend on the seed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(packet, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 }),
      fc.integer(),
      fc.integer({ min: 1, max: 30 }),
      (batches, seed, capacity) => {
        const options = { capacity, emptyAtRows: 10 };
        expect(flowsOf(4, batches, { ...options, seed })).toEqual(flowsOf(4, batches, { ...options, seed: 0 }));
      },
    ),
    { numRuns: 100 },
  );
});
