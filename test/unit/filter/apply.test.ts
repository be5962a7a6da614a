/** A filter over whole batches: what does not pass is taken from records, rows and counts, and what stays is untouched. */
import { describe, expect, test } from 'vitest';
import type { PacketFilter } from '../../../sensor/filter/index.ts';
import { sumCounts } from '../../../shared/counters.ts';
import type { PacketBatch } from '../../../shared/packet-batch.ts';
import { answers, type FilterBatch, type FilterRecord, filterBatch, packetFilter } from '../../support/filter-batch.ts';
import { madeVocabulary, RandomFilters } from '../../support/filter-expressions.ts';
import { madeRecords } from '../../support/filter-packets.ts';
import { concatenate, hex, toHex } from '../../support/hex.ts';

const LINK_TYPES = [1, 101, 113, 276, 105, 147];

/** Records of several link types in turn: IPv4, IPv6, ARP, what is no IP, what is cut short, link types nobody reads. */
function mixed(): FilterRecord[] {
  const made = LINK_TYPES.map((linkType) =>
    linkType === 147 ? [{ bytes: hex('0102'), wireLength: 2, linkType }] : madeOf(linkType),
  );
  const longest = Math.max(...made.map(({ length }) => length));
  const inTurn = Array.from({ length: longest }, (_, index) => made.flatMap((of) => of[index] ?? []));
  const twice = inTurn.flatMap(([first, ...more]) => [first!, ...tagged(first!), ...more]);
  return [...twice, { bytes: unreachable }];
}

/** Ethernet with one more VLAN tag. */
function tagged({ bytes, linkType }: FilterRecord): FilterRecord[] {
  if (linkType !== 1 || bytes.length < 14) return [];
  return [{ bytes: concatenate([bytes.subarray(0, 12), hex('8100 0064'), bytes.subarray(12)]) }];
}

/** A destination is unreachable: a SYN from 192.0.2.1 is quoted. */
const unreachable = hex(
  '005300000001 005300000002 0800 45000044 abcd0000 40010000 c6336407 c0000201 0303 0000 00000000',
  '45000028 abcd0000 40060000 c0000201 c6336407 1234 0017 c6336407 00000000 5002 0400 0000 0000',
);

const madeOf = (linkType: number) => madeRecords(linkType).map((record) => ({ ...record, linkType }));

const given = mixed();
const apply = (filter: PacketFilter, batch: FilterBatch) => {
  filter.apply(batch.records, batch.decoder, batch.ipv4, batch.ipv6);
  return batch;
};

/** All that a record has: its columns, its bytes, and what the decoder noted of the way to its IP header. */
function recordsOf({ records, decoder }: FilterBatch): string[] {
  const { offset, capturedLength, wireLength, seconds, nanoseconds, linkType } = records;
  return Array.from({ length: records.length }, (_, row) => {
    const start = offset[row]!;
    const bytes = toHex(records.bytes.subarray(start, start + capturedLength[row]!));
    const { encapsulations } = decoder.outcomes;
    return [start, bytes, wireLength[row], seconds[row], nanoseconds[row], linkType[row], encapsulations[row]].join();
  });
}

/** All columns of all rows, whatever columns there are. */
function rowsOf(batch: PacketBatch): string[] {
  const columns = Object.entries(batch).filter(([, column]) => typeof column !== 'number') as [string, Uint8Array][];
  return Array.from({ length: batch.length }, (_, row) =>
    columns
      .map(([name, column]) => {
        const words = column.length / batch.capacity;
        return `${name}=${column.slice(row * words, (row + 1) * words).join('.')}`;
      })
      .join(' '),
  );
}

function balance({ decoder }: FilterBatch) {
  const { captured, filteredOut, decoded } = decoder;
  return {
    captured,
    filteredOut,
    decoded,
    notIp: sumCounts(decoder.notIp()),
    undecodable: sumCounts(decoder.undecodable()),
  };
}

/** Records and rows of each family that are to stay, from what the filter says of each record. */
function expected(text: string, whole: FilterBatch) {
  const passes = answers(packetFilter(text), whole);
  const { family, row } = whole.decoder.outcomes;
  const stays = (rows: string[], wanted: number) =>
    passes.flatMap((pass, record) => (pass === 1 && family[record] === wanted ? [rows[row[record]!]!] : []));
  return {
    records: recordsOf(whole).filter((_, record) => passes[record] === 1),
    ipv4: stays(rowsOf(whole.ipv4), 4),
    ipv6: stays(rowsOf(whole.ipv6), 6),
    filteredOut: passes.filter((pass) => pass === 0).length,
  };
}

test('what is filtered here has all that a batch can have', () => {
  const whole = filterBatch(given);
  const { notIp, undecodable } = balance(whole);
  expect(Math.min(notIp, undecodable, whole.ipv4.length, whole.ipv6.length)).toBeGreaterThan(40);
  expect(Object.keys(whole.decoder.notIp()).length).toBeGreaterThan(3);
  expect(sumCounts(whole.decoder.faults())).toBeGreaterThan(0);
  expect(new Set(whole.decoder.outcomes.encapsulations.subarray(0, given.length)).size).toBeGreaterThan(2);
  expect(new Set(whole.ipv4.vlan).size).toBeGreaterThan(1);
  expect(whole.ipv4.tunnel.some((tunnel) => tunnel !== 0)).toBe(true);
});

describe('records, rows and counts', () => {
  const texts = ['tcp', 'not tcp', 'ip6', 'arp or ip6', 'len < 60', 'greater 70', 'ttl > 64', 'class udp', 'inner tcp'];
  test.for([...texts, 'not ip and not ip6', 'ether[0] & 1 = 1 or udp', 'link[0] = 1', 'ip multicast'])('%s', (text) => {
    const wanted = expected(text, filterBatch(given));
    const batch = apply(packetFilter(text), filterBatch(given));
    expect(wanted.records.length).toBeGreaterThan(0);
    expect(wanted.filteredOut).toBeGreaterThan(0);
    expect(recordsOf(batch)).toEqual(wanted.records);
    expect(rowsOf(batch.ipv4)).toEqual(wanted.ipv4);
    expect(rowsOf(batch.ipv6)).toEqual(wanted.ipv6);
    const { captured, filteredOut, decoded, notIp, undecodable } = balance(batch);
    expect([captured, filteredOut]).toEqual([given.length, wanted.filteredOut]);
    expect(decoded).toBe(wanted.ipv4.length + wanted.ipv6.length);
    expect(captured).toBe(filteredOut + notIp + undecodable + decoded);
  });

  test('count as if only what passes had been captured', () => {
    const filters = new RandomFilters(7, madeVocabulary, 1);
    for (let count = 0; count < 60; count++) {
      const text = filters.next();
      const filter = packetFilter(text);
      const passes = answers(filter, filterBatch(given));
      const batch = apply(filter, filterBatch(given));
      const only = filterBatch(given.filter((_, record) => passes[record] === 1));
      const counts = ({ decoder }: FilterBatch) => [
        ...[decoder.notIp(), decoder.undecodable(), decoder.faults(), decoder.decoded],
        ...[decoder.undecodableIp[4], decoder.undecodableIp[6]],
      ];
      expect(counts(batch), text).toEqual(counts(only));
      expect(batch.decoder.filteredOut, text).toBe(given.length - only.records.length);
    }
  });
});

test('everything passes: nothing moves', () => {
  for (const text of ['len >= 0', 'greater 0', 'less 0 or not tag mirai or tag mirai']) {
    const whole = filterBatch(given);
    const batch = apply(packetFilter(text), filterBatch(given));
    expect(recordsOf(batch), text).toEqual(recordsOf(whole));
    expect([rowsOf(batch.ipv4), rowsOf(batch.ipv6)]).toEqual([rowsOf(whole.ipv4), rowsOf(whole.ipv6)]);
    expect(balance(batch)).toEqual(balance(whole));
  }
});

test('nothing passes: nothing is left, and all is counted as filtered out', () => {
  const batch = apply(packetFilter('len < 0'), filterBatch(given));
  expect([batch.records.length, batch.ipv4.length, batch.ipv6.length]).toEqual([0, 0, 0]);
  const none = { decoded: 0, notIp: 0, undecodable: 0 };
  expect(balance(batch)).toEqual({ captured: given.length, filteredOut: given.length, ...none });
  expect([batch.decoder.notIp(), batch.decoder.undecodable(), batch.decoder.faults()]).toEqual([{}, {}, {}]);
});

test('one filter serves batch after batch, of any size', () => {
  const filter = packetFilter('udp');
  for (const [from, to] of [
    [0, 10],
    [0, given.length],
    [5, 5],
    [30, 90],
    [0, 1],
    [0, given.length],
  ] as const) {
    const some = given.slice(from, to);
    const wanted = expected('udp', filterBatch(some));
    const batch = apply(filter, filterBatch(some));
    expect(recordsOf(batch)).toEqual(wanted.records);
    expect([rowsOf(batch.ipv4), rowsOf(batch.ipv6)]).toEqual([wanted.ipv4, wanted.ipv6]);
  }
});
