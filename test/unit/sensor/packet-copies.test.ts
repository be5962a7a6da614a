/** Copies of packets: all that passed, within the limits, and what did not go is counted. */
import { expect, test } from 'vitest';
import { Decoder } from '../../../sensor/decode/decoder.ts';
import { compilePacketFilter } from '../../../sensor/filter/index.ts';
import { PacketCopies, type PacketCopiesOptions } from '../../../sensor/packets/packet-copies.ts';
import { parseFilter } from '../../../shared/filter/index.ts';
import { createPacketBatch } from '../../../shared/packet-batch.ts';
import type { RawPackets } from '../../../shared/wire/packets.ts';
import { hex, toHex } from '../../support/hex.ts';
import { IPV4, IPV6, MACS, SYN } from '../../support/link-frames.ts';
import { recordBatch } from '../../support/packet-batch.ts';

const packets = [
  hex(MACS, '0800', IPV4, SYN),
  hex(MACS, '0806 0001'),
  hex(MACS, '86dd', IPV6, SYN),
  hex(MACS, '0800', IPV4, SYN.replace('0017', '0050')),
];

function copies(options: Partial<PacketCopiesOptions> = {}) {
  const sent: string[] = [];
  let frames = 0;
  const onRows = ({ length, bytes, capturedLength }: RawPackets) => {
    frames++;
    let at = 0;
    for (let row = 0; row < length; row++) {
      sent.push(toHex(bytes.slice(at, at + capturedLength[row]!)));
      at += capturedLength[row]!;
    }
  };
  const made = new PacketCopies({ maxBytes: 1 << 20, bytesPerSecond: null, onRows, ...options });
  return { made, sent, frames: () => frames };
}

test('all packets, also those that are no IP', () => {
  const { made, sent } = copies();
  made.add(recordBatch(1, packets), null);
  expect(made.report()).toEqual({ packets: 4, packetsSent: 0, packetsHeld: 4, packetsNotSent: 0 });
  made.flush();
  expect(sent).toEqual(packets.map(toHex));
  expect(made.report()).toEqual({ packets: 4, packetsSent: 4, packetsHeld: 0, packetsNotSent: 0 });
  made.flush();
  expect(sent).toHaveLength(4);
});

test('of a filter, those that it let pass, of both families', () => {
  const records = recordBatch(1, packets);
  const [ipv4, ipv6] = [createPacketBatch(4), createPacketBatch(6)];
  const decoder = new Decoder();
  decoder.decode(records, ipv4, ipv6);
  compilePacketFilter(parseFilter('dst port 23')).apply(records, decoder, ipv4, ipv6);
  const { made, sent } = copies();
  made.add(records, [ipv4, ipv6]);
  made.flush();
  expect(sent).toEqual([packets[0]!, packets[2]!].map(toHex));
  expect(made.report().packets).toBe(2);
});

test('a run sends so many bytes and no more; what is smaller may still fit', () => {
  const { made, sent } = copies({ maxBytes: packets[0]!.length + packets[1]!.length });
  made.add(recordBatch(1, [packets[0]!, packets[0]!, packets[1]!]), null);
  made.flush();
  expect(sent).toEqual([packets[0]!, packets[1]!].map(toHex));
  expect(made.report()).toMatchObject({ packets: 3, packetsSent: 2, packetsNotSent: 1 });
});

test('a second has so many bytes; time brings new ones, and never more than a second’s', () => {
  let now = 0;
  const each = packets[0]!.length;
  const { made } = copies({ bytesPerSecond: each * 2, nowSeconds: () => now });
  const add = () => made.add(recordBatch(1, [packets[0]!, packets[0]!, packets[0]!]), null);
  add();
  expect(made.report()).toMatchObject({ packetsHeld: 2, packetsNotSent: 1 });
  now = 0.5;
  add();
  expect(made.report()).toMatchObject({ packetsHeld: 3, packetsNotSent: 3 });
  now = 100;
  add();
  expect(made.report()).toMatchObject({ packetsHeld: 5, packetsNotSent: 4 });
});

test('full frames leave by themselves; a packet without a time is not sent', () => {
  const { made, sent, frames } = copies();
  for (let turn = 0; turn < 600; turn++) made.add(recordBatch(1, packets), null);
  expect(frames()).toBe(2);
  expect(sent).toHaveLength(2_048);
  made.add(recordBatch(1, packets, Number.NaN), null);
  made.flush();
  expect(made.report()).toEqual({ packets: 2_404, packetsSent: 2_400, packetsHeld: 0, packetsNotSent: 4 });
});
