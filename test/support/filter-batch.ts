/** Packets of any link type as a filter gets them: read, decoded, and with the tags of the fingerprint rules. */
import { Decoder } from '../../sensor/decode/decoder.ts';
import { compilePacketFilter, type PacketFilter } from '../../sensor/filter/index.ts';
import { matchFingerprints } from '../../sensor/fingerprint/index.ts';
import { parseFilter } from '../../shared/filter/index.ts';
import { createPacketBatch, createRecordBatch, type PacketBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import { concatenate } from './hex.ts';

export interface FilterRecord {
  bytes: Uint8Array;
  linkType?: number;
  wireLength?: number;
}

export interface FilterBatch {
  records: RecordBatch;
  decoder: Decoder;
  ipv4: PacketBatch;
  ipv6: PacketBatch;
}

/** Every record has a second and a nanosecond of its own, and bytes that belong to no packet before it. */
export function filterBatch(given: readonly FilterRecord[]): FilterBatch {
  const records = createRecordBatch(given.length);
  const gap = new Uint8Array(3).fill(0x5a);
  let at = 0;
  given.forEach(({ bytes, linkType = 1, wireLength = bytes.length }, row) => {
    records.offset[row] = at + gap.length;
    records.capturedLength[row] = bytes.length;
    records.wireLength[row] = wireLength;
    records.linkType[row] = linkType;
    records.seconds[row] = 1_700_000_000 + row;
    records.nanoseconds[row] = 1_000 * row + 1;
    at += gap.length + bytes.length;
  });
  records.bytes = concatenate([...given.flatMap(({ bytes }) => [gap, bytes]), gap]);
  records.view = new DataView(records.bytes.buffer);
  records.length = given.length;
  const ipv4 = createPacketBatch(4, given.length);
  const ipv6 = createPacketBatch(6, given.length);
  const decoder = new Decoder({ capacity: given.length });
  decoder.decode(records, ipv4, ipv6);
  matchFingerprints(ipv4, records.view);
  return { records, decoder, ipv4, ipv6 };
}

export function packetFilter(text: string): PacketFilter {
  return compilePacketFilter(parseFilter(text));
}

/** 1 for every record that passes, else 0. */
export function answers(filter: PacketFilter, { records, decoder, ipv4, ipv6 }: FilterBatch): number[] {
  const passes = new Uint8Array(records.length);
  filter.select(records, decoder, ipv4, ipv6, passes);
  return [...passes];
}
