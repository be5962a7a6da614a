/**
 * Classic pcap files (draft-ietf-opsawg-pcap): micro- and nanoseconds, both byte orders, and the "modified" format of
 * Alexey Kuznetzov's libpcap patch, whose record headers have eight bytes more.
 */
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import type { ByteWindow } from './byte-window.ts';
import { type CaptureFormat, type CaptureReader, MAX_CAPTURED_BYTES } from './capture-reader.ts';

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const MODIFIED_RECORD_HEADER_BYTES = 24;

interface Variant {
  readonly littleEndian: boolean;
  readonly nanosecondsPerUnit: number;
  readonly recordHeaderBytes: number;
}
const variant = (littleEndian: boolean, nanosecondsPerUnit: number, recordHeaderBytes = RECORD_HEADER_BYTES) => {
  return { littleEndian, nanosecondsPerUnit, recordHeaderBytes };
};

/** By the magic read as a little-endian word. */
const variants = new Map<number, Variant>([
  [0xa1b2c3d4, variant(true, 1000)],
  [0xd4c3b2a1, variant(false, 1000)],
  [0xa1b23c4d, variant(true, 1)],
  [0x4d3cb2a1, variant(false, 1)],
  [0xa1b2cd34, variant(true, 1000, MODIFIED_RECORD_HEADER_BYTES)],
  [0x34cdb2a1, variant(false, 1000, MODIFIED_RECORD_HEADER_BYTES)],
]);

export const pcap: CaptureFormat = {
  name: 'pcap',
  recognises: (magic) => variants.has(magic),
  open: (window) => new PcapReader(window),
};

class PcapReader implements CaptureReader {
  damage: string | null = null;
  readonly #window: ByteWindow;
  #variant: Variant | null = null;
  #linkType = 0;
  #records = 0;

  constructor(window: ByteWindow) {
    this.#window = window;
  }

  read(batch: RecordBatch): number {
    if (this.damage !== null) return 0;
    if (this.#variant === null && !this.#readFileHeader()) return 0;
    const { littleEndian, nanosecondsPerUnit, recordHeaderBytes } = this.#variant!;
    const unitsPerSecond = 1_000_000_000 / nanosecondsPerUnit;
    const window = this.#window;
    const { view, end } = window;
    const { offset, capturedLength, wireLength, seconds, nanoseconds, linkType } = batch;
    const capacity = offset.length;
    batch.bytes = window.bytes;
    batch.view = view;
    let at = window.start;
    let row = batch.length;
    const firstRow = row;
    while (row < capacity && at + recordHeaderBytes <= end) {
      const captured = view.getUint32(at + 8, littleEndian);
      if (captured > MAX_CAPTURED_BYTES) {
        this.damage = `packet ${this.#records + row - firstRow + 1} claims ${captured} captured bytes, more than the ${MAX_CAPTURED_BYTES} of the longest packet; nothing after it can be found`;
        break;
      }
      if (at + recordHeaderBytes + captured > end) break;
      let second = view.getUint32(at, littleEndian);
      let units = view.getUint32(at + 4, littleEndian);
      if (units >= unitsPerSecond) {
        second += Math.floor(units / unitsPerSecond);
        units %= unitsPerSecond;
      }
      seconds[row] = second;
      nanoseconds[row] = units * nanosecondsPerUnit;
      capturedLength[row] = captured;
      wireLength[row] = view.getUint32(at + 12, littleEndian);
      offset[row] = at + recordHeaderBytes;
      linkType[row] = this.#linkType;
      at += recordHeaderBytes + captured;
      row++;
    }
    window.start = at;
    batch.length = row;
    this.#records += row - firstRow;
    return row - firstRow;
  }

  #readFileHeader(): boolean {
    const { view, start, length } = this.#window;
    if (length < FILE_HEADER_BYTES) return false;
    const found = variants.get(view.getUint32(start, true))!;
    const major = view.getUint16(start + 4, found.littleEndian);
    if (major !== 2) {
      this.damage = `pcap version ${major}.${view.getUint16(start + 6, found.littleEndian)} is unknown; version 2 is`;
      return false;
    }
    // The upper half of the field tells of frame check sequences, not of the link type.
    this.#linkType = view.getUint32(start + 20, found.littleEndian) & 0xffff;
    this.#variant = found;
    this.#window.start += FILE_HEADER_BYTES;
    return true;
  }

  end(): string | null {
    if (this.damage !== null) return this.damage;
    const left = this.#window.length;
    if (this.#variant === null) return `the file ends within its header: ${left} of ${FILE_HEADER_BYTES} bytes`;
    if (left === 0) return null;
    return `the file breaks off within packet ${this.#records + 1}; the ${this.#records} before it were read`;
  }
}
