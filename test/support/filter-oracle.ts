/** The same capture for tcpdump and for us: which records does each select? */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Decoder } from '../../sensor/decode/decoder.ts';
import { Answer } from '../../sensor/filter/answer.ts';
import { compilePacketFilter } from '../../sensor/filter/index.ts';
import { linkTypeTest } from '../../sensor/filter/link-tests.ts';
import { PacketView } from '../../sensor/filter/packet-view.ts';
import { Scope } from '../../sensor/filter/scope.ts';
import { matchFingerprints } from '../../sensor/fingerprint/index.ts';
import { parseFilter } from '../../shared/filter/index.ts';
import { createPacketBatch, createRecordBatch } from '../../shared/packet-batch.ts';
import { pcapHeader } from './capture-bytes.ts';
import type { MadeRecord } from './filter-packets.ts';
import { concatenate, word32 } from './hex.ts';

const HEADER_BYTES = 16;

export class FilterOracle {
  readonly path: string;
  readonly linkType: number;
  readonly count: number;
  readonly #records;
  readonly #decoder: Decoder;
  readonly #ipv4;
  readonly #ipv6;

  /** Writes the records as a file in which a record's time is its index. */
  constructor(path: string, linkType: number, records: readonly MadeRecord[]) {
    this.path = path;
    this.linkType = linkType;
    this.count = records.length;
    const parts: Uint8Array[] = [pcapHeader({ linkType })];
    const batch = createRecordBatch(Math.max(1, records.length));
    let at = parts[0]!.length;
    records.forEach(({ bytes, wireLength }, index) => {
      const words = [index, 0, bytes.length, wireLength].map((word) => word32(word, true));
      parts.push(...words, bytes);
      batch.offset[index] = at + HEADER_BYTES;
      batch.capturedLength[index] = bytes.length;
      batch.wireLength[index] = wireLength;
      batch.linkType[index] = linkType;
      at += HEADER_BYTES + bytes.length;
    });
    batch.length = records.length;
    batch.bytes = concatenate(parts);
    batch.view = new DataView(batch.bytes.buffer);
    writeFileSync(path, batch.bytes);
    const capacity = Math.max(1, records.length);
    this.#records = batch;
    this.#ipv4 = createPacketBatch(4, capacity);
    this.#ipv6 = createPacketBatch(6, capacity);
    this.#decoder = new Decoder({ capacity });
    this.#decoder.decode(batch, this.#ipv4, this.#ipv6);
    matchFingerprints(this.#ipv4, batch.view);
  }

  /** Indexes of the records that our filter selects. Throws FilterError. */
  select(text: string): number[] {
    const passes = new Uint8Array(this.count);
    compilePacketFilter(parseFilter(text)).select(this.#records, this.#decoder, this.#ipv4, this.#ipv6, passes);
    return [...passes.keys()].filter((index) => passes[index] === 1);
  }

  /** Indexes of the records that tcpdump selects, or the sentence with which it refuses. */
  tcpdump(text: string, ...options: string[]): number[] | string {
    const { stdout, stderr, status } = spawnSync('tcpdump', ['-r', this.path, '-w', '-', ...options, '--', text], {
      maxBuffer: 1 << 28,
    });
    if (status !== 0) {
      const lines = stderr.toString().trim().split('\n');
      return lines.at(-1) || 'refused';
    }
    return indexesOf(stdout);
  }
}

/** tcpdump writes in the byte order of the machine. */
function indexesOf(file: Buffer): number[] {
  const indexes: number[] = [];
  if (file.length < 24) return indexes;
  const little = file.readUInt32LE(0) === 0xa1b2c3d4;
  const word = (at: number) => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  for (let at = 24; at + HEADER_BYTES <= file.length; at += HEADER_BYTES + word(at + 8)) indexes.push(word(at));
  return indexes;
}

/** True for what our filters answer otherwise than tcpdump's by design: VLAN tags, and IPv6 extension headers. */
export function isDeparture({ bytes, wireLength }: MadeRecord, linkType: number): boolean {
  const packet = new PacketView();
  const batch = createRecordBatch(1);
  packet.bytes = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  batch.capturedLength[0] = bytes.length;
  batch.wireLength[0] = wireLength;
  batch.linkType[0] = linkType;
  packet.turnTo(batch, 0);
  if (packet.tags > 0) return true;
  const { network } = packet;
  const isIpv6 = linkTypeTest(0x86dd, new Scope())(packet) === Answer.yes;
  if (isIpv6 && isExtension(packet.byte(network + 6))) return true;
  // Behind PPPoE, and behind one label or more.
  if (packet.half(network + 6) === 0x0057 && isExtension(packet.byte(network + 14))) return true;
  const shifts = [4, 8, 12, 16, 20].map((shift) => network + shift);
  return shifts.some((at) => packet.byte(at) >> 4 === 6 && isExtension(packet.byte(at + 6)));
}

function isExtension(protocol: number): boolean {
  return [0, 43, 44, 51, 60, 135, 139, 140].includes(protocol);
}
