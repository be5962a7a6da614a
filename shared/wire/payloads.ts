/**
 * Distinct payloads: what is new since the last row about the same digest. Rows of one digest add up: packets are summed,
 * times and sketches are united, and the bytes are the same.
 */
import { MAX_CAPTURE_SECONDS } from '../time.ts';
import { type Frame, type FrameColumn, FrameKind, WireType } from './frame.ts';
import { WireError } from './wire-error.ts';

/** Rows of a frame at most. */
export const MAX_PAYLOAD_ROWS = 1_024;
export const MAX_PAYLOAD_BYTES = 8_192;
export const MAX_PORTS = 4;
export const MAX_SOURCES = 4;
/** Registers of the sketch of sources; its relative standard error is 1.04 / 16. */
export const SOURCE_REGISTERS = 256;

export interface PayloadBatch {
  readonly length: number;
  /** First eight bytes of SHA-256 over the captured bytes, as two big-endian words a row. */
  readonly digestHigh: Uint32Array;
  readonly digestLow: Uint32Array;
  readonly packets: Uint32Array;
  /** Seconds since 1970 UTC. */
  readonly firstSeconds: Float64Array;
  readonly lastSeconds: Float64Array;
  /** What the payload had on the wire, what of it was captured, and what of that is in `bytes`. */
  readonly wireBytes: Uint16Array;
  readonly capturedBytes: Uint16Array;
  readonly keptBytes: Uint16Array;
  readonly protocol: Uint8Array;
  /** Target ports, those that came first: how many, and more than there is room for where it is one more. */
  readonly portCount: Uint8Array;
  /** So many a row. */
  readonly ports: Uint16Array;
  /** Sources that came first, in the same way. */
  readonly sourceCount: Uint8Array;
  /** So many a row, four words each; an IPv4 address as ::ffff:a.b.c.d. */
  readonly sources: Uint32Array;
  readonly sketches: Uint8Array;
  /** Row after row. */
  readonly bytes: Uint8Array;
}

/** Columns of one value a row, widest first. */
const fields = {
  firstSeconds: { id: 1, type: WireType.f64 },
  lastSeconds: { id: 2, type: WireType.f64 },
  digestHigh: { id: 3, type: WireType.u32 },
  digestLow: { id: 4, type: WireType.u32 },
  packets: { id: 5, type: WireType.u32 },
  wireBytes: { id: 6, type: WireType.u16 },
  capturedBytes: { id: 7, type: WireType.u16 },
  keptBytes: { id: 8, type: WireType.u16 },
  protocol: { id: 9, type: WireType.u8 },
  portCount: { id: 10, type: WireType.u8 },
  sourceCount: { id: 14, type: WireType.u8 },
} as const;
type PayloadColumn = keyof typeof fields;
const names = Object.keys(fields) as PayloadColumn[];
/** Of no single value a row: travel as text does. */
const blobs = { ports: 11, sources: 15, sketches: 12, bytes: 13 } as const;

/** The frame's columns are views into the batch. */
export function payloadsToFrame(batch: PayloadBatch, epoch: number, sequence: number): Frame {
  const columns: FrameColumn[] = names.map((name) => ({
    field: fields[name].id,
    type: fields[name].type,
    data: batch[name].subarray(0, batch.length),
  }));
  const { ports, sources, sketches, bytes } = batch;
  columns.push({ field: blobs.ports, type: WireType.utf8, data: littleEndian(ports) });
  columns.push({ field: blobs.sources, type: WireType.utf8, data: littleEndianWords(sources) });
  columns.push({ field: blobs.sketches, type: WireType.utf8, data: sketches });
  columns.push({ field: blobs.bytes, type: WireType.utf8, data: bytes });
  return { kind: FrameKind.payloads, flags: 0, epoch, sequence, rows: batch.length, columns };
}

/** The batch of a frame. Unknown columns are passed over. Throws WireError for what no sensor sends. */
export function frameToPayloads(frame: Frame): PayloadBatch {
  if (frame.kind !== FrameKind.payloads)
    throw new WireError('WIRE_BAD_MESSAGE', `frame kind ${frame.kind} carries no payloads`);
  if (frame.rows > MAX_PAYLOAD_ROWS)
    throw new WireError('WIRE_TOO_LARGE', `a frame of ${frame.rows} payloads; ${MAX_PAYLOAD_ROWS} is the limit`);
  const byId = new Map(frame.columns.map((column) => [column.field, column]));
  const columns: Record<string, unknown> = {};
  for (const name of names) {
    const column = byId.get(fields[name].id);
    if (column?.type !== fields[name].type) throw new WireError('WIRE_BAD_COLUMN', `payloads without ${name}`);
    columns[name] = column.data;
  }
  const blob = (name: keyof typeof blobs, bytes: number) => {
    const column = byId.get(blobs[name]);
    if (column?.type !== WireType.utf8 || column.data.byteLength !== bytes)
      throw new WireError('WIRE_BAD_COLUMN', `payloads whose ${name} are not ${bytes} bytes`);
    return column.data as Uint8Array;
  };
  const values = columns as unknown as Pick<PayloadBatch, PayloadColumn>;
  const bytes = values.keptBytes.reduce((sum, each) => sum + each, 0);
  const batch: PayloadBatch = {
    length: frame.rows,
    ...values,
    ports: fromLittleEndian(blob('ports', frame.rows * MAX_PORTS * 2)),
    sources: wordsFromLittleEndian(blob('sources', frame.rows * MAX_SOURCES * 16)),
    sketches: blob('sketches', frame.rows * SOURCE_REGISTERS),
    bytes: blob('bytes', bytes),
  };
  checkRows(batch);
  return batch;
}

function checkRows(batch: PayloadBatch): void {
  const { length, packets, firstSeconds, lastSeconds, wireBytes, capturedBytes, keptBytes } = batch;
  const { portCount, sourceCount, sketches } = batch;
  for (let row = 0; row < length; row++) {
    const [first, last] = [firstSeconds[row]!, lastSeconds[row]!];
    if (!(first >= 0 && first <= last && last <= MAX_CAPTURE_SECONDS))
      throw new WireError('WIRE_BAD_COLUMN', `a payload from second ${first} to ${last}`);
    const [kept, captured, wire] = [keptBytes[row]!, capturedBytes[row]!, wireBytes[row]!];
    if (kept === 0 || kept > captured || captured > wire || kept > MAX_PAYLOAD_BYTES)
      throw new WireError('WIRE_BAD_COLUMN', `${kept} bytes of ${captured} of a payload of ${wire}`);
    if (packets[row] === 0 || portCount[row] === 0 || portCount[row]! > MAX_PORTS + 1)
      throw new WireError('WIRE_BAD_COLUMN', `a payload of ${packets[row]} packets to ${portCount[row]} ports`);
    if (sourceCount[row] === 0 || sourceCount[row]! > MAX_SOURCES + 1)
      throw new WireError('WIRE_BAD_COLUMN', `a payload of ${sourceCount[row]} sources`);
  }
  if (sketches.some((rank) => rank > 33)) throw new WireError('WIRE_BAD_COLUMN', 'a sketch with an impossible rank');
}

function littleEndian(words: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < words.length; at++) view.setUint16(at * 2, words[at]!, true);
  return bytes;
}

function fromLittleEndian(bytes: Uint8Array): Uint16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: bytes.length / 2 }, (_, at) => view.getUint16(at * 2, true));
}

function littleEndianWords(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < words.length; at++) view.setUint32(at * 4, words[at]!, true);
  return bytes;
}

function wordsFromLittleEndian(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(at * 4, true));
}

/** How many sources a sketch has seen, near enough (HyperLogLog with the linear counting of small sets). */
export function countSources(registers: Uint8Array): number {
  let sum = 0;
  let empty = 0;
  for (const rank of registers) {
    sum += 2 ** -rank;
    if (rank === 0) empty++;
  }
  const count = registers.length;
  const estimate = ((0.7213 / (1 + 1.079 / count)) * count * count) / sum;
  return Math.round(estimate <= 2.5 * count && empty > 0 ? count * Math.log(count / empty) : estimate);
}
