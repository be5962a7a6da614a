/**
 * Networks (autonomous systems) of all addresses, in columns: ranges in order, each from its first address to that of the
 * next, and the networks' names. As bytes they are a header of 64, and the columns one after another.
 */
import { crc32 } from '../../../shared/wire/crc32.ts';

/** Of a range that belongs to no network. */
export const NO_NETWORK = 0;

export interface NetworkColumns {
  /** First addresses of the ranges, rising; the first is 0. One word a range for IPv4, four for IPv6. */
  readonly starts4: Uint32Array;
  readonly networks4: Uint32Array;
  readonly starts6: Uint32Array;
  readonly networks6: Uint32Array;
  /** Numbers of the networks that have a name, rising, and where in `names` each name ends. */
  readonly numbers: Uint32Array;
  readonly nameEnds: Uint32Array;
  /** UTF-8, one name after another. */
  readonly names: Uint8Array;
}

const MAGIC = 0x54454e4b; // "KNET"
/** Of what is written here: another is not read. */
const FORMAT_VERSION = 1;
const HEADER_BYTES = 64;
const VERSION_AT = 28;

/** `dataVersion` says which list of networks this was made of; at most 36 letters count. */
export function encodeNetworks(columns: NetworkColumns, dataVersion: string): Uint8Array<ArrayBuffer> {
  const parts = [...wordColumns(columns), columns.names];
  const bytes = new Uint8Array(HEADER_BYTES + parts.reduce((sum, part) => sum + part.byteLength, 0));
  const header = new Uint32Array(bytes.buffer, 0, VERSION_AT / 4);
  const counts = [columns.networks4, columns.networks6, columns.numbers, columns.names].map(({ length }) => length);
  header.set([MAGIC, FORMAT_VERSION, 0, ...counts]);
  bytes.set(versionBytes(dataVersion), VERSION_AT);
  let at = HEADER_BYTES;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  header[2] = crc32(bytes.subarray(12));
  return bytes;
}

/** Views into `bytes`; null for what is damaged, of another form, or made of another list. */
export function decodeNetworks(bytes: Uint8Array, dataVersion: string): NetworkColumns | null {
  if (bytes.byteLength < HEADER_BYTES || bytes.byteOffset % 4 !== 0) return null;
  const { buffer, byteOffset } = bytes;
  const [magic, format, checksum, ranges4, ranges6, named, nameBytes] = new Uint32Array(
    buffer,
    byteOffset,
    7,
  ) as never as [number, number, number, number, number, number, number];
  if (magic !== MAGIC || format !== FORMAT_VERSION) return null;
  const version = versionBytes(dataVersion);
  if (version.some((byte, at) => bytes[VERSION_AT + at] !== byte)) return null;
  // Lengths of columns in words, as wordColumns has them.
  const lengths = [ranges4, ranges4, ranges6 * 4, ranges6, named, named];
  const wordBytes = lengths.reduce((sum, length) => sum + length * 4, 0);
  if (bytes.byteLength !== HEADER_BYTES + wordBytes + nameBytes) return null;
  if (ranges4 === 0 || ranges6 === 0 || crc32(bytes.subarray(12)) !== checksum) return null;
  let at = byteOffset + HEADER_BYTES;
  const take = (length: number) => {
    const column = new Uint32Array(buffer, at, length);
    at += length * 4;
    return column;
  };
  const [starts4, networks4, starts6, networks6, numbers, nameEnds] = lengths.map(take) as never as ReturnType<
    typeof wordColumns
  >;
  return { starts4, networks4, starts6, networks6, numbers, nameEnds, names: bytes.subarray(HEADER_BYTES + wordBytes) };
}

function wordColumns(columns: NetworkColumns) {
  const { starts4, networks4, starts6, networks6, numbers, nameEnds } = columns;
  return [starts4, networks4, starts6, networks6, numbers, nameEnds] as const;
}

function versionBytes(dataVersion: string): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES - VERSION_AT);
  bytes.set(new TextEncoder().encode(dataVersion).subarray(0, bytes.length));
  return bytes;
}
