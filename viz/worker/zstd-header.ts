/** The header of a Zstandard frame (RFC 8878, 3.1.1.1): what it claims is checked before anything is made for it. */

/** As the program has it, and the reference decoder by itself. */
const MAX_WINDOW_BYTES = 2 ** 27;
const MIN_WINDOW_LOG = 10;
/** Of the descriptor: a checksum follows the last block. */
export const CHECKSUM_FLAG = 4;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];

export interface FrameHeader {
  readonly windowBytes: number;
  /** Null where it does not say. */
  readonly contentBytes: number | null;
  readonly hasChecksum: boolean;
}

/** How long the header is, with its magic, by the byte behind that. */
export function frameHeaderBytes(descriptor: number): number {
  return 5 + (isSingle(descriptor) ? 0 : 1) + dictionaryBytes(descriptor) + contentSizeBytes(descriptor);
}

/** Throws an Error with the program's sentence for what cannot be read. */
export function readFrameHeader(bytes: Uint8Array): FrameHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const descriptor = bytes[4]!;
  if ((descriptor & 8) !== 0) throw new Error('a frame uses what this decoder does not know');
  const dictionary = 5 + (isSingle(descriptor) ? 0 : 1);
  if (bytes.subarray(dictionary, dictionary + dictionaryBytes(descriptor)).some((byte) => byte !== 0))
    throw new Error('it needs a dictionary');
  const contentBytes = contentSize(view, dictionary + dictionaryBytes(descriptor), contentSizeBytes(descriptor));
  const windowBytes = isSingle(descriptor) ? contentBytes! : windowOf(bytes[5]!);
  if (windowBytes > MAX_WINDOW_BYTES) throw new Error('its window is larger than 128 MiB');
  return { windowBytes, contentBytes, hasChecksum: (descriptor & CHECKSUM_FLAG) !== 0 };
}

const isSingle = (descriptor: number) => (descriptor & 0x20) !== 0;
const dictionaryBytes = (descriptor: number) => [0, 1, 2, 4][descriptor & 3]!;

function contentSizeBytes(descriptor: number): number {
  const flag = descriptor >> 6;
  return flag === 0 && isSingle(descriptor) ? 1 : CONTENT_SIZE_BYTES[flag]!;
}

function windowOf(byte: number): number {
  const base = 2 ** (MIN_WINDOW_LOG + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

function contentSize(view: DataView, at: number, bytes: number): number | null {
  if (bytes === 0) return null;
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  if (bytes === 4) return view.getUint32(at, true);
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}
