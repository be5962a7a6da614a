/** pcapng files (draft-ietf-opsawg-pcapng): sections and interfaces, enhanced, simple and obsolete packet blocks. */
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import type { ByteWindow } from './byte-window.ts';
import { type CaptureFormat, type CaptureReader, MAX_CAPTURED_BYTES, MAX_WIRE_BYTES } from './capture-reader.ts';
import { readTicks, type TickScale, tickScale } from './pcapng-time.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const SWAPPED_BYTE_ORDER_MAGIC = 0x4d3c2b1a;
const BlockType = { interface: 1, obsoletePacket: 2, simplePacket: 3, enhancedPacket: 6 } as const;
const MIN_BLOCK_BYTES = 12;
const MIN_SECTION_HEADER_BYTES = 28;
const TRAILER_BYTES = 4;
/** A block that has to be held whole is not larger than this: the largest packet and generous options. */
const MAX_HELD_BLOCK_BYTES = MAX_CAPTURED_BYTES + (1 << 20);
const MAX_INTERFACES = 65_536;
const OptionCode = { end: 0, timeResolution: 9, timeOffset: 14 } as const;

interface Interface {
  readonly linkType: number;
  readonly snapLength: number;
  readonly scale: TickScale;
  readonly offsetSeconds: number;
}

export const pcapng: CaptureFormat = {
  name: 'pcapng',
  headBytes: 4,
  recognises: (view, start) => view.getUint32(start, true) === SECTION_HEADER,
  open: (window) => new PcapngReader(window),
};

class PcapngReader implements CaptureReader {
  damage: string | null = null;
  readonly #window: ByteWindow;
  #littleEndian = true;
  #interfaces: Interface[] = [];
  #records = 0;
  /** Bytes of a block of no interest that are still to come before its trailer, and the length that the trailer must repeat. */
  #skip = 0;
  #skippedBlockBytes = 0;
  readonly #time = { seconds: 0, nanoseconds: 0 };

  constructor(window: ByteWindow) {
    this.#window = window;
  }

  read(batch: RecordBatch): number {
    batch.bytes = this.#window.bytes;
    batch.view = this.#window.view;
    const firstRow = batch.length;
    const capacity = batch.offset.length;
    while (batch.length < capacity && this.damage === null && this.#readBlock(batch));
    return batch.length - firstRow;
  }

  /** Reads one block; false when more bytes are needed (or the file is damaged). */
  #readBlock(batch: RecordBatch): boolean {
    const window = this.#window;
    if (this.#skippedBlockBytes > 0 && !this.#skipBlock()) return false;
    if (window.length < MIN_BLOCK_BYTES) return false;
    const { view, start } = window;
    if (view.getUint32(start, true) === SECTION_HEADER) return this.#beginSection(start);
    const type = view.getUint32(start, this.#littleEndian);
    const blockBytes = view.getUint32(start + 4, this.#littleEndian);
    if (blockBytes < MIN_BLOCK_BYTES || blockBytes % 4 !== 0)
      return this.#broken(`a block of ${blockBytes} bytes cannot be`);
    const held =
      type === BlockType.interface ||
      type === BlockType.obsoletePacket ||
      type === BlockType.simplePacket ||
      type === BlockType.enhancedPacket;
    if (!held) return this.#passOver(blockBytes);
    if (blockBytes > MAX_HELD_BLOCK_BYTES)
      return this.#broken(`a block of ${blockBytes} bytes is longer than the longest packet`);
    if (window.length < blockBytes) return false;
    const trailer = view.getUint32(start + blockBytes - TRAILER_BYTES, this.#littleEndian);
    if (trailer !== blockBytes) return this.#lengthsDiffer(blockBytes, trailer);
    if (type === BlockType.interface) this.#readInterface(start, blockBytes);
    else this.#readPacket(type, start, blockBytes, batch);
    // A damaged block is not passed over: `end` then says where it lies.
    if (this.damage === null) window.start = start + blockBytes;
    return this.damage === null;
  }

  /** Byte order and version; the interfaces begin anew. The section's length is not believed: writers leave it wrong. */
  #beginSection(start: number): boolean {
    const { view, length } = this.#window;
    const magic = view.getUint32(start + 8, true);
    if (magic !== BYTE_ORDER_MAGIC && magic !== SWAPPED_BYTE_ORDER_MAGIC)
      return this.#broken('a section has no byte-order magic');
    this.#littleEndian = magic === BYTE_ORDER_MAGIC;
    const blockBytes = view.getUint32(start + 4, this.#littleEndian);
    if (blockBytes < MIN_SECTION_HEADER_BYTES || blockBytes % 4 !== 0)
      return this.#broken(`a section header of ${blockBytes} bytes cannot be`);
    if (length < MIN_SECTION_HEADER_BYTES) return false;
    const major = view.getUint16(start + 12, this.#littleEndian);
    const minor = view.getUint16(start + 14, this.#littleEndian);
    // 1.2 was written by mistake, and means 1.0.
    if (major !== 1 || (minor !== 0 && minor !== 2))
      return this.#broken(`a section is of pcapng version ${major}.${minor}, which is unknown; version 1.0 is read`);
    this.#interfaces = [];
    return this.#passOver(blockBytes);
  }

  #passOver(blockBytes: number): true {
    this.#skip = blockBytes - TRAILER_BYTES;
    this.#skippedBlockBytes = blockBytes;
    return true;
  }

  /** False until all of a block that is passed over has come, and its trailer fits. */
  #skipBlock(): boolean {
    const window = this.#window;
    const skipped = Math.min(this.#skip, window.length);
    window.start += skipped;
    this.#skip -= skipped;
    if (this.#skip > 0 || window.length < TRAILER_BYTES) return false;
    const trailer = window.view.getUint32(window.start, this.#littleEndian);
    if (trailer !== this.#skippedBlockBytes) return this.#lengthsDiffer(this.#skippedBlockBytes, trailer);
    window.start += TRAILER_BYTES;
    this.#skippedBlockBytes = 0;
    return true;
  }

  #lengthsDiffer(blockBytes: number, trailer: number): false {
    return this.#broken(`a block's two lengths differ (${blockBytes} and ${trailer})`);
  }

  #broken(what: string): false {
    this.damage = `${what} (after packet ${this.#records}); nothing after it can be found`;
    return false;
  }

  #readInterface(start: number, blockBytes: number): void {
    const { view } = this.#window;
    if (blockBytes < 20) return void this.#broken('an interface block is too short');
    if (this.#interfaces.length >= MAX_INTERFACES)
      return void this.#broken('a section has more than 65,536 interfaces');
    let resolution = 6;
    let offsetSeconds = 0;
    const end = start + blockBytes - 4;
    for (let at = start + 16; at + 4 <= end; ) {
      const code = view.getUint16(at, this.#littleEndian);
      const length = view.getUint16(at + 2, this.#littleEndian);
      if (code === OptionCode.end || at + 4 + length > end) break;
      if (code === OptionCode.timeResolution && length === 1) resolution = view.getUint8(at + 4);
      if (code === OptionCode.timeOffset && length === 8)
        offsetSeconds = Number(view.getBigInt64(at + 4, this.#littleEndian));
      at += 4 + ((length + 3) & ~3);
    }
    this.#interfaces.push({
      linkType: view.getUint16(start + 8, this.#littleEndian),
      snapLength: view.getUint32(start + 12, this.#littleEndian),
      scale: tickScale(resolution),
      offsetSeconds,
    });
  }

  #readPacket(type: number, start: number, blockBytes: number, batch: RecordBatch): void {
    const { view } = this.#window;
    const little = this.#littleEndian;
    const simple = type === BlockType.simplePacket;
    const headerBytes = simple ? 12 : 28;
    if (blockBytes < headerBytes + 4) return void this.#broken('a packet block is too short');
    const number = simple
      ? 0
      : type === BlockType.enhancedPacket
        ? view.getUint32(start + 8, little)
        : view.getUint16(start + 8, little);
    const from = this.#interfaces[number];
    if (from === undefined)
      return void this.#broken(`a packet names interface ${number}, which the section does not have`);
    const room = blockBytes - headerBytes - 4;
    const wire = view.getUint32(start + (simple ? 8 : 24), little);
    const captured = simple ? Math.min(wire, from.snapLength || wire, room) : view.getUint32(start + 20, little);
    if (captured > room) return void this.#broken(`a packet claims ${captured} bytes in a block with room for ${room}`);
    if (captured > MAX_CAPTURED_BYTES) return void this.#broken(`a packet claims ${captured} captured bytes`);
    const row = batch.length++;
    this.#records++;
    const time = this.#time;
    if (simple) {
      // Simple packets carry no time.
      time.seconds = Number.NaN;
      time.nanoseconds = 0;
    } else readTicks(view.getUint32(start + 12, little), view.getUint32(start + 16, little), from.scale, time);
    batch.seconds[row] = time.seconds + from.offsetSeconds;
    batch.nanoseconds[row] = time.nanoseconds;
    batch.offset[row] = start + headerBytes;
    batch.capturedLength[row] = captured;
    batch.wireLength[row] = Math.min(wire, MAX_WIRE_BYTES);
    batch.linkType[row] = from.linkType;
  }

  end(): string | null {
    if (this.damage !== null) return this.damage;
    if (this.#window.length === 0 && this.#skippedBlockBytes === 0) return null;
    return `the file breaks off after packet ${this.#records}; what came before was read`;
  }
}
