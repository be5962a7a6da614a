/**
 * Frames: the one form in which flows and messages travel, rest in spools and reach viewers. See docs/wire-format.md.
 *
 *   header (32 bytes) · directory (8 bytes a column) · columns, each padded to 8 bytes
 */
import type { Column } from '../flow-batch.ts';
import { crc32 as portableCrc32 } from './crc32.ts';
import { WireError } from './wire-error.ts';

/** Kinds of frames; ids are never reused. */
export const FrameKind = {
  hello: 1,
  flows4: 2,
  flows6: 3,
  payloads: 4,
  evidence: 5,
  health: 6,
  acknowledge: 7,
  error: 8,
  streaks: 16,
  totals: 17,
  alerts: 18,
  filter: 19,
  stretch: 20,
  packets: 21,
} as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

export const Codec = { none: 0, deflateRaw: 1 } as const;

/** Types of columns on the wire. `words4` is four 32-bit words a row (an IPv6 address, or one of 16 bytes whatever the family). */
export const WireType = { u8: 1, u16: 2, u32: 3, f64: 4, words4: 5, utf8: 6, i16: 7 } as const;
export type WireType = (typeof WireType)[keyof typeof WireType];

export const HEADER_BYTES = 32;
const DIRECTORY_ENTRY_BYTES = 8;
export const FRAME_VERSION = 1;
/** Body bytes after inflation: what a reader agrees to hold for one frame. */
export const MAX_INFLATED_BYTES = 8 << 20;
export const MAX_FRAME_BYTES = MAX_INFLATED_BYTES + HEADER_BYTES;
const MAGIC = 0x4152_554b; // "KURA", little-endian

export interface FrameColumn {
  /** Id of the field: of `shared/flow-fields.ts` for flows, of the kind's own table otherwise. */
  readonly field: number;
  readonly type: WireType;
  readonly data: Column | Int16Array;
}

export interface FrameHead {
  readonly kind: number;
  readonly flags: number;
  /** Names the spool that `sequence` counts in. */
  readonly epoch: number;
  readonly sequence: number;
  readonly rows: number;
}

export interface Frame extends FrameHead {
  readonly columns: FrameColumn[];
}

/** What a platform does faster than portable code: Node hands in zlib's. */
export interface WirePlatform {
  crc32(bytes: Uint8Array): number;
  /** Must refuse to grow past `limit`; may throw anything. Absent: compressed frames are refused. */
  inflateRaw?(bytes: Uint8Array, limit: number): Uint8Array;
  deflateRaw?(bytes: Uint8Array): Uint8Array;
}
const portable: WirePlatform = { crc32: portableCrc32 };

const padded = (bytes: number) => (bytes + 7) & ~7;

/** Bytes of one frame, compressed where the platform can and it is asked for. */
export function encodeFrame(frame: Frame, options: { compress?: boolean; platform?: WirePlatform } = {}): Uint8Array {
  const platform = options.platform ?? portable;
  let bodyBytes = frame.columns.length * DIRECTORY_ENTRY_BYTES;
  for (const column of frame.columns) bodyBytes += padded(column.data.byteLength);
  if (bodyBytes > MAX_INFLATED_BYTES)
    throw new WireError('WIRE_TOO_LARGE', `a frame of ${bodyBytes} bytes is over the limit`);

  const bytes = new Uint8Array(HEADER_BYTES + bodyBytes);
  const view = new DataView(bytes.buffer);
  let entry = HEADER_BYTES;
  let at = HEADER_BYTES + frame.columns.length * DIRECTORY_ENTRY_BYTES;
  for (const { field, type, data } of frame.columns) {
    view.setUint16(entry, field, true);
    view.setUint8(entry + 2, type);
    view.setUint32(entry + 4, data.byteLength, true);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    entry += DIRECTORY_ENTRY_BYTES;
    at += padded(data.byteLength);
  }

  const body = bytes.subarray(HEADER_BYTES);
  const deflated = options.compress === true && platform.deflateRaw ? platform.deflateRaw(body) : null;
  const shrunk = deflated !== null && deflated.length < body.length;
  const out = shrunk ? new Uint8Array(HEADER_BYTES + deflated.length) : bytes;
  if (shrunk) out.set(deflated, HEADER_BYTES);
  writeHeader(
    new DataView(out.buffer),
    frame,
    shrunk ? Codec.deflateRaw : Codec.none,
    bodyBytes,
    platform.crc32(out.subarray(HEADER_BYTES)),
  );
  return out;
}

function writeHeader(view: DataView, frame: Frame, codec: number, inflatedBytes: number, crc: number): void {
  view.setUint32(0, MAGIC, true);
  view.setUint8(4, FRAME_VERSION);
  view.setUint8(5, frame.kind);
  view.setUint8(6, codec);
  view.setUint8(7, frame.flags);
  view.setUint32(8, frame.epoch, true);
  view.setUint32(12, frame.sequence, true);
  view.setUint32(16, frame.rows, true);
  view.setUint16(20, frame.columns.length, true);
  view.setUint32(24, inflatedBytes, true);
  view.setUint32(28, crc, true);
}

/** Of an encoded frame, without looking at the rest. */
export function kindOf(bytes: Uint8Array): number {
  return bytes[5] ?? 0;
}

/** Reads one frame. The columns are views into `bytes` (or into its inflated copy): aligned, not copied. Throws WireError. */
export function decodeFrame(bytes: Uint8Array, platform: WirePlatform = portable): Frame {
  if (bytes.length < HEADER_BYTES) throw new WireError('WIRE_TRUNCATED', `${bytes.length} bytes are no frame`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== MAGIC)
    throw new WireError('WIRE_BAD_MAGIC', 'these bytes do not begin as a frame does');
  const version = view.getUint8(4);
  if (version !== FRAME_VERSION)
    throw new WireError('WIRE_VERSION', `frame version ${version}; this program reads ${FRAME_VERSION}`);
  const inflatedBytes = view.getUint32(24, true);
  if (inflatedBytes > MAX_INFLATED_BYTES)
    throw new WireError('WIRE_TOO_LARGE', `a frame of ${inflatedBytes} bytes is over the limit`);
  const sent = bytes.subarray(HEADER_BYTES);
  if (platform.crc32(sent) !== view.getUint32(28, true))
    throw new WireError('WIRE_BAD_CRC', 'the checksum does not fit the bytes');
  const body = inflate(sent, view.getUint8(6), inflatedBytes, platform);
  return {
    kind: view.getUint8(5),
    flags: view.getUint8(7),
    epoch: view.getUint32(8, true),
    sequence: view.getUint32(12, true),
    rows: view.getUint32(16, true),
    columns: readColumns(body, view.getUint16(20, true), view.getUint32(16, true)),
  };
}

function inflate(sent: Uint8Array, codec: number, inflatedBytes: number, platform: WirePlatform): Uint8Array {
  let body = sent;
  if (codec === Codec.deflateRaw && platform.inflateRaw) {
    try {
      body = platform.inflateRaw(sent, inflatedBytes);
    } catch (cause) {
      throw new WireError('WIRE_BAD_DEFLATE', 'the compressed part cannot be inflated', { cause });
    }
  } else if (codec !== Codec.none) {
    throw new WireError('WIRE_CODEC', `codec ${codec} is unknown here`);
  }
  if (body.length !== inflatedBytes)
    throw new WireError('WIRE_TRUNCATED', `${body.length} bytes instead of ${inflatedBytes}`);
  // Typed-array views need their own alignment: a body from somewhere inside a larger buffer is copied once.
  // (`new Uint8Array`, since `slice` of Node's Buffer would be a view of the same bytes.)
  return body.byteOffset % 8 === 0 ? body : new Uint8Array(body);
}

function readColumns(body: Uint8Array, count: number, rows: number): FrameColumn[] {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  let at = count * DIRECTORY_ENTRY_BYTES;
  if (at > body.length) throw new WireError('WIRE_TRUNCATED', 'the directory is longer than the frame');
  const columns: FrameColumn[] = [];
  for (let i = 0; i < count; i++) {
    const entry = i * DIRECTORY_ENTRY_BYTES;
    const type = view.getUint8(entry + 2);
    const byteLength = view.getUint32(entry + 4, true);
    // The length alone first: `padded` of one of 2 GiB or more would be negative, and the column before the frame.
    if (byteLength > body.length || at + padded(byteLength) > body.length)
      throw new WireError('WIRE_TRUNCATED', 'a column reaches past the frame');
    const data = columnView(type, body, at, byteLength);
    // A column of a type that a later version added is skipped: sensors and servers are upgraded apart.
    if (data !== null) {
      if (type !== WireType.utf8 && data.length !== rows * (type === WireType.words4 ? 4 : 1)) {
        throw new WireError(
          'WIRE_BAD_COLUMN',
          `column ${view.getUint16(entry, true)} has ${data.length} values for ${rows} rows`,
        );
      }
      columns.push({ field: view.getUint16(entry, true), type: type as WireType, data });
    }
    at += padded(byteLength);
  }
  return columns;
}

const BYTES_OF: Record<number, number> = { 1: 1, 2: 2, 3: 4, 4: 8, 5: 4, 6: 1, 7: 2 };

function columnView(type: number, body: Uint8Array, at: number, byteLength: number): FrameColumn['data'] | null {
  const width = BYTES_OF[type];
  if (width === undefined) return null;
  if (byteLength % width !== 0)
    throw new WireError('WIRE_BAD_COLUMN', `${byteLength} bytes are no whole number of values`);
  const start = body.byteOffset + at;
  const length = byteLength / width;
  if (type === WireType.f64) return new Float64Array(body.buffer, start, length);
  if (type === WireType.u32 || type === WireType.words4) return new Uint32Array(body.buffer, start, length);
  if (type === WireType.u16) return new Uint16Array(body.buffer, start, length);
  if (type === WireType.i16) return new Int16Array(body.buffer, start, length);
  return new Uint8Array(body.buffer, start, length);
}
