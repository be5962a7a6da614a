/**
 * Files of Endace's DAG cards, in the Extensible Record Format ("ERF Types Reference Guide", EDM11-01): records without a
 * file header, each with its own type. Read are Ethernet, packets over SONET, IPv4 and IPv6.
 */
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import type { ByteWindow } from './byte-window.ts';
import type { CaptureFormat, CaptureReader } from './capture-reader.ts';

/** Time (8), type, flags, record length (2), losses or colour (2), length on the wire (2). */
const HEADER_BYTES = 16;
const EXTENSION_BYTES = 8;
const MORE_HEADERS = 0x80;
const MAX_EXTENSIONS = 16;
const RESERVED_FLAGS = 0xc0;
/** Nothing begins like this by itself: a first record's time must lie between 1996, when there were no such cards yet, and 2038. */
const MIN_SECONDS = 820_454_400;
const MAX_SECONDS = 0x7fff_ffff;

const NANOSECONDS_PER_SECOND = 1_000_000_000;

const LinkType = { ethernet: 1, pppHdlc: 50, ciscoHdlc: 104, ipv4: 228, ipv6: 229 } as const;
const PPP_ADDRESS = 0xff;

/** The link type of a record's type, and the bytes between its headers and its packet. */
const recordTypes = new Map<number, { readonly linkType: number; readonly padBytes: number }>([
  // PoS, then Ethernet: plain, with a colour, with a colour of the DSM, with a colour and a hash.
  ...[1, 10, 15, 19].map((type) => [type, { linkType: LinkType.ciscoHdlc, padBytes: 0 }] as const),
  ...[2, 11, 16, 20].map((type) => [type, { linkType: LinkType.ethernet, padBytes: 2 }] as const),
  [22, { linkType: LinkType.ipv4, padBytes: 0 }],
  [23, { linkType: LinkType.ipv6, padBytes: 0 }],
]);

export const erf: CaptureFormat = {
  name: 'erf',
  headBytes: HEADER_BYTES,
  recognises(view, start) {
    const seconds = view.getUint32(start + 4, true);
    const known = recordTypes.get(view.getUint8(start + 8) & 0x7f);
    return (
      known !== undefined &&
      (view.getUint8(start + 9) & RESERVED_FLAGS) === 0 &&
      view.getUint16(start + 10) >= HEADER_BYTES + known.padBytes &&
      view.getUint16(start + 14) > 0 &&
      seconds >= MIN_SECONDS &&
      seconds <= MAX_SECONDS
    );
  },
  open: (window) => new ErfReader(window),
};

class ErfReader implements CaptureReader {
  damage: string | null = null;
  readonly #window: ByteWindow;
  #records = 0;

  constructor(window: ByteWindow) {
    this.#window = window;
  }

  read(batch: RecordBatch): number {
    const window = this.#window;
    const firstRow = batch.length;
    batch.bytes = window.bytes;
    batch.view = window.view;
    while (this.damage === null && batch.length < batch.offset.length && window.length >= HEADER_BYTES) {
      const recordBytes = window.view.getUint16(window.start + 10);
      if (recordBytes < HEADER_BYTES) this.#broken(`claims to be ${recordBytes} bytes long`);
      else if (window.length < recordBytes) break;
      else this.#readRecord(recordBytes, batch);
    }
    return batch.length - firstRow;
  }

  #readRecord(recordBytes: number, batch: RecordBatch): void {
    const { view, start } = this.#window;
    const type = view.getUint8(start + 8) & 0x7f;
    const known = recordTypes.get(type);
    if (known === undefined) return void this.#broken(`is of type ${type}, which is not read`);
    const headerBytes = this.#headerBytes(start, recordBytes) + known.padBytes;
    if (headerBytes > recordBytes) return void this.#broken(`has no room for its headers in ${recordBytes} bytes`);
    const wire = view.getUint16(start + 14);
    const captured = Math.min(wire, recordBytes - headerBytes);
    const row = batch.length++;
    this.#records++;
    const nanoseconds = nanosecondsOf(view.getUint32(start, true));
    const carried = nanoseconds === NANOSECONDS_PER_SECOND;
    batch.seconds[row] = view.getUint32(start + 4, true) + (carried ? 1 : 0);
    batch.nanoseconds[row] = carried ? 0 : nanoseconds;
    batch.offset[row] = start + headerBytes;
    batch.capturedLength[row] = captured;
    batch.wireLength[row] = wire;
    // Packets over SONET are framed as PPP or as Cisco's HDLC, which only their first byte tells.
    const ppp =
      known.linkType === LinkType.ciscoHdlc && captured > 0 && view.getUint8(start + headerBytes) === PPP_ADDRESS;
    batch.linkType[row] = ppp ? LinkType.pppHdlc : known.linkType;
    this.#window.start = start + recordBytes;
  }

  /** The header, and the extension headers behind it: each says in the top bit of its first byte whether another follows. */
  #headerBytes(start: number, recordBytes: number): number {
    const { view } = this.#window;
    let bytes = HEADER_BYTES;
    let more = (view.getUint8(start + 8) & MORE_HEADERS) !== 0;
    for (let count = 0; more && count < MAX_EXTENSIONS && bytes + EXTENSION_BYTES <= recordBytes; count++) {
      more = (view.getUint8(start + bytes) & MORE_HEADERS) !== 0;
      bytes += EXTENSION_BYTES;
    }
    // More than fit, or than any card writes.
    return more ? recordBytes + 1 : bytes;
  }

  #broken(what: string): void {
    this.damage = `packet ${this.#records + 1} ${what}; nothing after it is read`;
  }

  end(): string | null {
    if (this.damage !== null) return this.damage;
    if (this.#window.length === 0) return null;
    return `the file breaks off within packet ${this.#records + 1}; the ${this.#records} before it were read`;
  }
}

/** A fraction of 2^32 to the nearest nanosecond, up to a whole second. 10^9 is 5^9 times 2^9, so that a double holds the product. */
function nanosecondsOf(fraction: number): number {
  return Math.round((fraction * 5 ** 9) / 2 ** 23);
}
