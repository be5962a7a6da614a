/** pcapng files (draft-ietf-opsawg-pcapng): sections and interfaces, enhanced, simple and obsolete packet blocks. */
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import type { ByteWindow } from './byte-window.ts';
import { type CaptureFormat, type CaptureReader, MAX_CAPTURED_BYTES } from './capture-reader.ts';
import { readTicks, type TickScale, tickScale } from './pcapng-time.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BlockType = { interface: 1, obsoletePacket: 2, simplePacket: 3, enhancedPacket: 6 } as const;
const MIN_BLOCK_BYTES = 12;
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
  recognises: (magic) => magic === SECTION_HEADER,
  open: (window) => new PcapngReader(window),
};

class PcapngReader implements CaptureReader {
  damage: string | null = null;
  readonly #window: ByteWindow;
  #littleEndian = true;
  #interfaces: Interface[] = [];
  #records = 0;
  /** Bytes of a block of no interest that are still to come. */
  #skip = 0;
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
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, window.length);
      window.start += skipped;
      this.#skip -= skipped;
      if (this.#skip > 0) return false;
    }
    if (window.length < MIN_BLOCK_BYTES) return false;
    const { view, start } = window;
    if (view.getUint32(start, true) === SECTION_HEADER && !this.#setByteOrder(view.getUint32(start + 8, true)))
      return false;
    const type = view.getUint32(start, this.#littleEndian);
    const blockBytes = view.getUint32(start + 4, this.#littleEndian);
    if (blockBytes < MIN_BLOCK_BYTES || blockBytes % 4 !== 0)
      return this.#broken(`a block of ${blockBytes} bytes cannot be`);
    const held =
      type === BlockType.interface ||
      type === BlockType.obsoletePacket ||
      type === BlockType.simplePacket ||
      type === BlockType.enhancedPacket;
    if (!held) {
      if (type === SECTION_HEADER) this.#interfaces = [];
      this.#skip = blockBytes;
      return true;
    }
    if (blockBytes > MAX_HELD_BLOCK_BYTES)
      return this.#broken(`a block of ${blockBytes} bytes is longer than the longest packet`);
    if (window.length < blockBytes) return false;
    const trailer = view.getUint32(start + blockBytes - 4, this.#littleEndian);
    if (trailer !== blockBytes) return this.#broken(`a block's two lengths differ (${blockBytes} and ${trailer})`);
    if (type === BlockType.interface) this.#readInterface(start, blockBytes);
    else this.#readPacket(type, start, blockBytes, batch);
    // A damaged block is not passed over: `end` then says where it lies.
    if (this.damage === null) window.start = start + blockBytes;
    return this.damage === null;
  }

  #setByteOrder(magic: number): boolean {
    this.#littleEndian = magic === BYTE_ORDER_MAGIC;
    return this.#littleEndian || magic === 0x4d3c2b1a || this.#broken('a section has no byte-order magic');
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
      time.seconds = 0;
      time.nanoseconds = 0;
    } else readTicks(view.getUint32(start + 12, little), view.getUint32(start + 16, little), from.scale, time);
    batch.seconds[row] = simple ? 0 : time.seconds + from.offsetSeconds;
    batch.nanoseconds[row] = time.nanoseconds;
    batch.offset[row] = start + headerBytes;
    batch.capturedLength[row] = captured;
    batch.wireLength[row] = wire;
    batch.linkType[row] = from.linkType;
  }

  end(): string | null {
    if (this.damage !== null) return this.damage;
    if (this.#window.length === 0 && this.#skip === 0) return null;
    return `the file breaks off after packet ${this.#records}; what came before was read`;
  }
}
