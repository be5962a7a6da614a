/** The two levels of a filter agree: flows of the packets selected are the flows selected. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decoder } from '../../../sensor/decode/decoder.ts';
import { compilePacketFilter } from '../../../sensor/filter/index.ts';
import { matchFingerprints } from '../../../sensor/fingerprint/index.ts';
import { FlowTable } from '../../../sensor/flow/flow-table.ts';
import { csv } from '../../../sensor/flow-formats/csv.ts';
import { flowColumns } from '../../../sensor/flow-formats/flow-columns.ts';
import { TextBuffer } from '../../../sensor/flow-formats/text-buffer.ts';
import { parseIpv4, parseIpv6 } from '../../../shared/address.ts';
import { planFlowFilter } from '../../../shared/filter/flow-plan.ts';
import { compileFlowFilter } from '../../../shared/filter/flow-test.ts';
import { parseFilter } from '../../../shared/filter/index.ts';
import type { FlowBatch } from '../../../shared/flow-batch.ts';
import { createPacketBatch } from '../../../shared/packet-batch.ts';
import { keyFilters, POOL } from '../../support/flow-filters.ts';
import { hex, toHex } from '../../support/hex.ts';
import { recordBatch } from '../../support/packet-batch.ts';

const PACKETS = 1_500;
const LINK_ETHERNET = 1;
const hex8 = (value: number) => value.toString(16).padStart(2, '0');
const hex16 = (value: number) => value.toString(16).padStart(4, '0');
const hex32 = (value: number) => (value >>> 0).toString(16).padStart(8, '0');

/** A small generator with a seed, so that a failure comes again. */
function randomPick(): <T>(values: readonly T[]) => T {
  let state = 7;
  return (values) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return values[(state >>> 8) % values.length]!;
  };
}

type Pick = ReturnType<typeof randomPick>;

/** A header of transport, and 20 bytes of payload. */
function transport(pick: Pick, protocol: number): string {
  const ports = hex16(pick(POOL.ports)) + hex16(pick(POOL.ports));
  const payload = '61'.repeat(20);
  if (protocol === 6) return `${ports}00000001 00000000 50${hex8(pick(POOL.flags))}ffff 0000 0000${payload}`;
  if (protocol === 17) return `${ports}001c 0000${payload}`;
  if (protocol === 132) return `${ports}00000000 00000000${payload}`;
  if (protocol === 1 || protocol === 58)
    return `${hex8(pick([0, 8, 129, 128, 13]))}${hex8(pick([0, 1]))}0000 00000000${payload}`;
  return payload;
}

function ipv4Packet(pick: Pick): string {
  const protocol = pick([...POOL.protocols, 6, 6, 17, 17]);
  const fragment = pick([0, 0, 0, 0, 0x2000, 0x00b9]);
  // Of another length, so that no later fragment has the key of a whole packet.
  const payload = fragment === 0x00b9 ? '62'.repeat(100) : transport(pick, protocol).replace(/\s/g, '');
  const options = pick(['', '', '01010101']);
  const length = 20 + options.length / 2 + payload.length / 2;
  const first = hex8(0x45 + options.length / 8);
  const addresses = hex32(parseIpv4(pick(POOL.addresses4))!) + hex32(parseIpv4(pick(POOL.addresses4))!);
  return `0800 ${first}00${hex16(length)}0001${hex16(fragment)}${hex8(pick(POOL.ttls))}${hex8(protocol)}0000${addresses}${options}${payload}`;
}

function ipv6Packet(pick: Pick): string {
  const protocol = pick([6, 17, 58, 132, 50, 103, 255]);
  const extension = pick(['', '', '00', '44', 'later']);
  const inside = extension === 'later' ? '62'.repeat(104) : transport(pick, protocol).replace(/\s/g, '');
  const headers: Record<string, [next: number, header: string]> = {
    '': [protocol, ''],
    '00': [0, `${hex8(protocol)}00 010400000000`],
    '44': [44, `${hex8(protocol)}00 0001 00000009`],
    later: [44, `${hex8(protocol)}00 00b8 00000009`],
  };
  const [next, header] = headers[extension]!;
  const payload = `${header}${inside}`.replace(/\s/g, '');
  const address = () => Array.from(parseIpv6(pick(POOL.addresses6))!, hex32).join('');
  return `86dd 60000000${hex16(payload.length / 2)}${hex8(next)}${hex8(pick(POOL.ttls))}${address()}${address()}${payload}`;
}

function packets(): Uint8Array[] {
  const pick = randomPick();
  return Array.from({ length: PACKETS }, () => {
    const tag = pick(['', '', '', '8100 0005', '88a8 0007 8100 0005']);
    const arp = `0806 ${'00'.repeat(28)}`;
    return hex('02005e000001 02005e000002', tag, pick([ipv4Packet(pick), ipv4Packet(pick), ipv6Packet(pick), arp]));
  });
}

const made = packets();

/** Lines of the flows, sorted: of the packets that pass, and of them the flows that match. */
function flowLines(packetFilter: string | null, flowFilter: string | null): string[] {
  const decoder = new Decoder();
  const [ipv4, ipv6] = [createPacketBatch(4, PACKETS), createPacketBatch(6, PACKETS)];
  const records = recordBatch(LINK_ETHERNET, made);
  decoder.decode(records, ipv4, ipv6);
  matchFingerprints(ipv4, records.view);
  if (packetFilter !== null) compilePacketFilter(parseFilter(packetFilter)).apply(records, decoder, ipv4, ipv6);
  const condition = flowFilter === null ? null : planFlowFilter(parseFilter(flowFilter), { sensor: () => null });
  const lines: string[] = [];
  const onRows = (rows: FlowBatch) => {
    const mask = new Uint8Array(rows.length).fill(1);
    if (condition !== null) compileFlowFilter(condition)(rows, mask);
    const text = new TextBuffer();
    csv.writer(flowColumns()).write(text, rows);
    const all = Buffer.from(text.bytes.subarray(0, text.length)).toString().trimEnd().split('\n');
    lines.push(...all.filter((_, row) => mask[row] === 1));
  };
  for (const batch of [ipv4, ipv6]) {
    const table = new FlowTable({ family: batch.family, onRows });
    table.add(batch);
    table.empty();
  }
  return lines.sort();
}

test('the packets are of many kinds, and some have the same key', () => {
  const lines = flowLines(null, null);
  expect(lines.length).toBeGreaterThan(800);
  expect(lines.length).toBeLessThan(made.filter((bytes) => !toHex(bytes).includes('0806')).length);
});

test('for what both levels know, the flows of the packets selected are the flows selected', () => {
  let some = 0;
  const all = flowLines(null, null).length;
  fc.assert(
    fc.property(keyFilters, (text) => {
      const selected = flowLines(null, text);
      if (selected.length > 0 && selected.length < all) some++;
      // `ip` and the like at the level of packets also say no to what is not IP: both see IP only here.
      expect(flowLines(text, null), text).toEqual(selected);
    }),
    { numRuns: 300, seed: 20_261_124 },
  );
  expect(some).toBeGreaterThan(100);
}, 120_000);
