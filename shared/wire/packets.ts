/** Packets as they were captured, for analysts who want to see them: batches of times, lengths and bytes. */
import { MAX_CAPTURE_SECONDS } from '../time.ts';
import { type Frame, type FrameColumn, FrameKind, WireType } from './frame.ts';
import { WireError } from './wire-error.ts';

/** Rows of a frame at most, and their bytes. */
export const MAX_PACKET_ROWS = 4_096;
export const MAX_PACKET_BYTES = 4 << 20;

export interface RawPackets {
  readonly length: number;
  /** Whole seconds since 1970 UTC, and nanoseconds within the second. */
  readonly seconds: Float64Array;
  readonly nanoseconds: Uint32Array;
  /** Bytes on the wire, and those of them that are in `bytes`. */
  readonly originalLength: Uint32Array;
  readonly capturedLength: Uint32Array;
  readonly linkType: Uint16Array;
  /** Row after row. */
  readonly bytes: Uint8Array;
}

/** Columns of one value a row, widest first. */
const fields = {
  seconds: { id: 1, type: WireType.f64 },
  nanoseconds: { id: 2, type: WireType.u32 },
  originalLength: { id: 3, type: WireType.u32 },
  capturedLength: { id: 4, type: WireType.u32 },
  linkType: { id: 5, type: WireType.u16 },
} as const;
type PacketColumn = keyof typeof fields;
const names = Object.keys(fields) as PacketColumn[];
const BYTES_FIELD = 6;

/** The frame's columns are views into the batch. */
export function packetsToFrame(batch: RawPackets, epoch: number, sequence: number): Frame {
  const columns: FrameColumn[] = names.map((name) => ({
    field: fields[name].id,
    type: fields[name].type,
    data: batch[name].subarray(0, batch.length),
  }));
  columns.push({ field: BYTES_FIELD, type: WireType.utf8, data: batch.bytes });
  return { kind: FrameKind.packets, flags: 0, epoch, sequence, rows: batch.length, columns };
}

/** The batch of a frame. Unknown columns are passed over. Throws WireError for what no sensor sends. */
export function frameToPackets(frame: Frame): RawPackets {
  if (frame.kind !== FrameKind.packets)
    throw new WireError('WIRE_BAD_MESSAGE', `frame kind ${frame.kind} carries no packets`);
  if (frame.rows > MAX_PACKET_ROWS)
    throw new WireError('WIRE_TOO_LARGE', `a frame of ${frame.rows} packets; ${MAX_PACKET_ROWS} is the limit`);
  const byId = new Map(frame.columns.map((column) => [column.field, column]));
  const columns: Record<string, unknown> = {};
  for (const name of names) {
    const column = byId.get(fields[name].id);
    if (column?.type !== fields[name].type) throw new WireError('WIRE_BAD_COLUMN', `packets without ${name}`);
    columns[name] = column.data;
  }
  const bytes = byId.get(BYTES_FIELD);
  if (bytes?.type !== WireType.utf8) throw new WireError('WIRE_BAD_COLUMN', 'packets without bytes');
  const values = columns as unknown as Pick<RawPackets, PacketColumn>;
  const batch = { length: frame.rows, ...values, bytes: bytes.data as Uint8Array };
  checkRows(batch);
  return batch;
}

function checkRows({ length, seconds, nanoseconds, capturedLength, bytes }: RawPackets): void {
  let sum = 0;
  for (let row = 0; row < length; row++) {
    const second = seconds[row]!;
    if (!(Number.isInteger(second) && second >= 0 && second <= MAX_CAPTURE_SECONDS) || nanoseconds[row]! >= 1e9)
      throw new WireError('WIRE_BAD_COLUMN', `a packet at second ${second} and ${nanoseconds[row]} nanoseconds`);
    sum += capturedLength[row]!;
  }
  if (sum !== bytes.length || sum > MAX_PACKET_BYTES)
    throw new WireError('WIRE_BAD_COLUMN', `packets of ${sum} bytes, of which ${bytes.length} are there`);
}
