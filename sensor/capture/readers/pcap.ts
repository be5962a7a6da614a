/**
 * Classic pcap files (draft-ietf-opsawg-pcap): micro- and nanoseconds, both byte orders, all versions 2, and the
 * "modified" format of Alexey Kuznetzov's libpcap patch, whose record headers have eight bytes more.
 */
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import type { ByteWindow } from './byte-window.ts';
import { type CaptureFormat, type CaptureReader, MAX_CAPTURED_BYTES, MAX_WIRE_BYTES } from './capture-reader.ts';
import { FILE_HEADER_BYTES, isPcapMagic, type PcapLayout, readPcapHeader } from './pcap-header.ts';
import { subsecondNanoseconds } from './pcap-time.ts';

export const pcap: CaptureFormat = {
  name: 'pcap',
  headBytes: 4,
  recognises: (view, start) => isPcapMagic(view.getUint32(start, true)),
  open: (window) => new PcapReader(window),
};

class PcapReader implements CaptureReader {
  damage: string | null = null;
  readonly #window: ByteWindow;
  #layout: PcapLayout | null = null;
  #records = 0;

  constructor(window: ByteWindow) {
    this.#window = window;
  }

  read(batch: RecordBatch): number {
    if (this.damage !== null) return 0;
    if (this.#layout === null && !this.#readFileHeader()) return 0;
    const { littleEndian, nanosecondsPerUnit, recordHeaderBytes, lengths, linkType: fileLinkType } = this.#layout!;
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
      const first = view.getUint32(at + 8, littleEndian);
      const second = view.getUint32(at + 12, littleEndian);
      const wireFirst = lengths === 'wireFirst' || (lengths === 'smallerIsCaptured' && first > second);
      const captured = wireFirst ? second : first;
      const wire = wireFirst ? first : second;
      if (captured > MAX_CAPTURED_BYTES) {
        this.damage = `packet ${this.#records + row - firstRow + 1} claims ${captured} captured bytes, more than the ${MAX_CAPTURED_BYTES} of the longest packet; nothing after it can be found`;
        break;
      }
      if (at + recordHeaderBytes + captured > end) break;
      seconds[row] = view.getUint32(at, littleEndian);
      nanoseconds[row] = subsecondNanoseconds(view.getUint32(at + 4, littleEndian), nanosecondsPerUnit);
      capturedLength[row] = captured;
      wireLength[row] = Math.min(wire, MAX_WIRE_BYTES);
      offset[row] = at + recordHeaderBytes;
      linkType[row] = fileLinkType;
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
    const layout = readPcapHeader(view, start);
    if (typeof layout === 'string') {
      this.damage = layout;
      return false;
    }
    this.#layout = layout;
    this.#window.start += FILE_HEADER_BYTES;
    return true;
  }

  end(): string | null {
    if (this.damage !== null) return this.damage;
    const left = this.#window.length;
    if (this.#layout === null) return `the file ends within its header: ${left} of ${FILE_HEADER_BYTES} bytes`;
    if (left === 0) return null;
    return `the file breaks off within packet ${this.#records + 1}; the ${this.#records} before it were read`;
  }
}
