/** Captures made byte by byte, in any variant of pcap and pcapng, and the records that a reader finds in them. */
import { AnyCaptureReader } from '../../sensor/capture/readers/index.ts';
import { createRecordBatch } from '../../shared/packet-batch.ts';
import { concatenate, hex, toHex, word16, word32 } from './hex.ts';

export interface TestRecord {
  seconds: number;
  nanoseconds: number;
  /** Hex of what was kept of the packet. */
  packet: string;
  wireLength?: number;
}

export interface ReadRecord {
  seconds: number;
  nanoseconds: number;
  packet: string;
  wireLength: number;
  linkType: number;
}

export interface PcapShape {
  littleEndian?: boolean;
  /** Time stamps in nanoseconds instead of microseconds. */
  nanoseconds?: boolean;
  /** Kuznetzov's format: eight more bytes in each record header. */
  modified?: boolean;
  linkType?: number;
  version?: readonly [major: number, minor: number];
}

export function pcapHeader(shape: PcapShape = {}): Uint8Array<ArrayBuffer> {
  const little = shape.littleEndian ?? true;
  const magic = shape.modified ? 0xa1b2cd34 : shape.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  const [major, minor] = shape.version ?? [2, 4];
  return concatenate([
    word32(magic, little),
    word16(major, little),
    word16(minor, little),
    word32(0, little),
    word32(0, little),
    word32(262_144, little),
    word32(shape.linkType ?? 1, little),
  ]);
}

export function pcapRecord(record: TestRecord, shape: PcapShape = {}): Uint8Array<ArrayBuffer> {
  const little = shape.littleEndian ?? true;
  const packet = hex(record.packet);
  return concatenate([
    word32(record.seconds, little),
    word32(shape.nanoseconds ? record.nanoseconds : record.nanoseconds / 1000, little),
    word32(packet.length, little),
    word32(record.wireLength ?? packet.length, little),
    // Interface, protocol, packet type and padding: of no interest to readers.
    shape.modified ? hex('00000002 0800 00 00') : hex(),
    packet,
  ]);
}

export function pcapFile(records: readonly TestRecord[], shape: PcapShape = {}): Uint8Array<ArrayBuffer> {
  return concatenate([pcapHeader(shape), ...records.map((record) => pcapRecord(record, shape))]);
}

/** Writes the blocks of one byte order. */
export class PcapngBlocks {
  readonly #little: boolean;

  constructor(littleEndian: boolean) {
    this.#little = littleEndian;
  }

  /** Any block: type, length, body padded to four bytes, length. */
  block(type: number, body: Uint8Array, trailer?: number): Uint8Array<ArrayBuffer> {
    const padding = new Uint8Array((4 - (body.length % 4)) % 4);
    const length = 12 + body.length + padding.length;
    return concatenate([this.#word(type), this.#word(length), body, padding, this.#word(trailer ?? length)]);
  }

  section(): Uint8Array<ArrayBuffer> {
    const unknownLength = hex('ffffffff ffffffff');
    return this.block(0x0a0d0d0a, concatenate([this.#word(0x1a2b3c4d), this.#half(1), this.#half(0), unknownLength]));
  }

  interface(
    options: { linkType?: number; snapLength?: number; resolution?: number; offsetSeconds?: bigint } = {},
  ): Uint8Array<ArrayBuffer> {
    const parts = [this.#half(options.linkType ?? 1), this.#half(0), this.#word(options.snapLength ?? 0)];
    if (options.resolution !== undefined)
      parts.push(this.#half(9), this.#half(1), Uint8Array.of(options.resolution, 0, 0, 0));
    if (options.offsetSeconds !== undefined) {
      const offset = new Uint8Array(8);
      new DataView(offset.buffer).setBigInt64(0, options.offsetSeconds, this.#little);
      parts.push(this.#half(14), this.#half(8), offset);
    }
    parts.push(this.#half(0), this.#half(0));
    return this.block(1, concatenate(parts));
  }

  enhanced(packet: {
    packet: string;
    ticks?: bigint;
    interface?: number;
    wireLength?: number;
    capturedLength?: number;
  }): Uint8Array<ArrayBuffer> {
    const bytes = hex(packet.packet);
    return this.block(
      6,
      concatenate([
        this.#word(packet.interface ?? 0),
        this.#ticks(packet.ticks ?? 0n),
        this.#word(packet.capturedLength ?? bytes.length),
        this.#word(packet.wireLength ?? bytes.length),
        bytes,
      ]),
    );
  }

  /** The packet block of early pcapng: a 16-bit interface and a count of drops. */
  obsolete(packet: { packet: string; ticks?: bigint; interface?: number }): Uint8Array<ArrayBuffer> {
    const bytes = hex(packet.packet);
    return this.block(
      2,
      concatenate([
        this.#half(packet.interface ?? 0),
        this.#half(0xffff),
        this.#ticks(packet.ticks ?? 0n),
        this.#word(bytes.length),
        this.#word(bytes.length),
        bytes,
      ]),
    );
  }

  simple(packet: string, wireLength?: number): Uint8Array<ArrayBuffer> {
    const bytes = hex(packet);
    return this.block(3, concatenate([this.#word(wireLength ?? bytes.length), bytes]));
  }

  #ticks(ticks: bigint): Uint8Array<ArrayBuffer> {
    return concatenate([this.#word(Number(ticks >> 32n)), this.#word(Number(ticks & 0xffffffffn))]);
  }

  #word(value: number): Uint8Array<ArrayBuffer> {
    return word32(value, this.#little);
  }

  #half(value: number): Uint8Array<ArrayBuffer> {
    return word16(value, this.#little);
  }
}

/** A record of an ERF file. `fraction` is of 2^32, `headers` the extension headers and the padding, as hex. */
export function erfRecord(record: {
  type: number;
  seconds: number;
  fraction?: number;
  headers?: string;
  packet: string;
  wireLength?: number;
  recordBytes?: number;
}): Uint8Array<ArrayBuffer> {
  const packet = hex(record.headers ?? '', record.packet);
  return concatenate([
    word32(record.fraction ?? 0, true),
    word32(record.seconds, true),
    Uint8Array.of(record.type, 0x04),
    word16(record.recordBytes ?? 16 + packet.length),
    word16(0),
    word16(record.wireLength ?? record.packet.length / 2),
    packet,
  ]);
}

export interface ReadCapture {
  format: 'pcap' | 'pcapng' | 'erf' | null;
  records: ReadRecord[];
  /** The sentence about what could not be read, or null. */
  damage: string | null;
}

/** Reads a whole capture, given in chunks of `chunkBytes`. */
export function readCapture(bytes: Uint8Array, chunkBytes: number = bytes.length, batchRows = 4096): ReadCapture {
  const reader = new AnyCaptureReader();
  const batch = createRecordBatch(batchRows);
  const records: ReadRecord[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    reader.push(bytes.subarray(at, at + chunkBytes));
    for (;;) {
      batch.length = 0;
      if (reader.read(batch) === 0) break;
      for (let row = 0; row < batch.length; row++) {
        const start = batch.offset[row]!;
        records.push({
          seconds: batch.seconds[row]!,
          nanoseconds: batch.nanoseconds[row]!,
          packet: toHex(batch.bytes.subarray(start, start + batch.capturedLength[row]!)),
          wireLength: batch.wireLength[row]!,
          linkType: batch.linkType[row]!,
        });
      }
    }
  }
  return { format: reader.format, records, damage: reader.damage ?? reader.end() };
}
