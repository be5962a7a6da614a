/** Packets as hex that a person can read, and the class that the sensor gives them. */
import { Decoder } from '../../../../sensor/decode/decoder.ts';
import { matchFingerprints } from '../../../../sensor/fingerprint/index.ts';
import { markRadiation } from '../../../../sensor/radiation/index.ts';
import { parseIpv4, parseIpv6 } from '../../../../shared/address.ts';
import { createPacketBatch, type RecordBatch } from '../../../../shared/packet-batch.ts';
import { radiationText } from '../../../../shared/radiation.ts';
import { concatenate, hex } from '../../../support/hex.ts';
import { recordBatch } from '../../../support/packet-batch.ts';

const RAW_IP = 101;

export interface Network {
  readonly source?: string;
  readonly target?: string;
  readonly ttl?: number;
  readonly id?: number;
  /** Flags and offset of fragments. */
  readonly fragment?: number;
  /** What the header says instead of the truth. */
  readonly length?: number;
}

const word = (value: number, bytes: number) => value.toString(16).padStart(bytes * 2, '0');

export function ipv4(protocol: number, carried: Uint8Array, network: Network = {}): Uint8Array {
  const { source = '8.8.4.4', target = '198.51.100.7', ttl = 57, id = 0xabcd, fragment = 0 } = network;
  const length = network.length ?? 20 + carried.length;
  const addresses = word(parseIpv4(source)!, 4) + word(parseIpv4(target)!, 4);
  const header = `4500${word(length, 2)}${word(id, 2)}${word(fragment, 2)}${word(ttl, 1)}${word(protocol, 1)}0000${addresses}`;
  return concatenate([hex(header), carried]);
}

/** `extensions` stand before the payload, and the first of them is of type `next`. */
export function ipv6(next: number, carried: Uint8Array, network: Network & { extensions?: string } = {}): Uint8Array {
  const { source = '2a00:1450::1', target = '2001:db8::7', ttl = 57, extensions = '' } = network;
  const addresses = [source, target].flatMap((text) => Array.from(parseIpv6(text)!, (part) => word(part, 4))).join('');
  const payload = concatenate([hex(extensions), carried]);
  return concatenate([hex(`60000000${word(payload.length, 2)}${word(next, 1)}${word(ttl, 1)}${addresses}`), payload]);
}

export function udp(from: number, to: number, payload: string | Uint8Array = ''): Uint8Array {
  const bytes = typeof payload === 'string' ? hex(payload) : payload;
  return concatenate([hex(`${word(from, 2)}${word(to, 2)}${word(8 + bytes.length, 2)}0000`), bytes]);
}

export function tcp(flags: number, { from = 40_000, to = 443, window = 64_240, options = '' } = {}): Uint8Array {
  const list = hex(options);
  const lengthByte = ((20 + list.length) / 4) << 4;
  const fields = `${word(from, 2)}${word(to, 2)}0123456700000000${word(lengthByte, 1)}${word(flags, 1)}${word(window, 2)}00000000`;
  return concatenate([hex(fields), list]);
}

export const icmp = (type: number, code = 0) => hex(`${word(type, 1)}${word(code, 1)}000000000000`);
export const text = (value: string) => new TextEncoder().encode(value);

/** The names of the classes of raw IP packets, in their order; empty for what is no packet. */
export function classesOf(packets: readonly Uint8Array[]): string[] {
  return classesOfRecords(recordBatch(RAW_IP, [...packets]));
}

export const classOf = (packet: Uint8Array, captured = packet.length): string => {
  const records = recordBatch(RAW_IP, [packet.subarray(0, captured)]);
  records.wireLength[0] = packet.length;
  return classesOfRecords(records)[0]!;
};

export function classesOfRecords(records: RecordBatch): string[] {
  const decoder = new Decoder({ capacity: Math.max(1, records.length) });
  const batches = { 4: createPacketBatch(4, records.length), 6: createPacketBatch(6, records.length) };
  decoder.decode(records, batches[4], batches[6]);
  matchFingerprints(batches[4], records.view);
  for (const batch of Object.values(batches)) {
    // What a batch held before must not matter.
    batch.radiation.fill(255);
    markRadiation(batch, records.view);
  }
  return Array.from({ length: records.length }, (_, record) => {
    const family = decoder.outcomes.family[record] as 0 | 4 | 6;
    return family === 0 ? '' : radiationText(batches[family].radiation[decoder.outcomes.row[record]!]!);
  });
}
