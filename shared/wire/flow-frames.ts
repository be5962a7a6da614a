/** Flow batches as frames and back. A column without a value other than 0 stays at home: what is missing is null, and null is 0. */
import { type Column, columnLength, createFlowBatch, type Family, type FlowBatch } from '../flow-batch.ts';
import { type ColumnType, type FlowFieldName, flowFieldNames, flowFields } from '../flow-fields.ts';
import { MAX_CAPTURE_SECONDS } from '../time.ts';
import { type Frame, type FrameColumn, FrameKind, WireType } from './frame.ts';
import { WireError } from './wire-error.ts';

/** Rows of a frame at most: a frame is one commit's worth, and stays far below the limit of size. */
export const MAX_FRAME_ROWS = 5_000;

function wireTypeOf(type: ColumnType, family: Family): WireType {
  if (type === 'address16') return WireType.words4;
  if (type === 'address') return family === 6 ? WireType.words4 : WireType.u32;
  return WireType[type];
}

function isAllZero(column: Column): boolean {
  for (let i = 0; i < column.length; i++) if (column[i] !== 0) return false;
  return true;
}

/** Rows [from, to) of a batch, without the fields that are added at ingest. The frame's columns are views into the batch. */
export function flowsToFrame(batch: FlowBatch, from: number, to: number, epoch: number, sequence: number): Frame {
  const columns: FrameColumn[] = [];
  for (const name of flowFieldNames) {
    const field = flowFields[name];
    if ('addedAtIngest' in field) continue;
    const start = columnLength(field.type, batch.family, from);
    const data = batch[name].subarray(start, start + columnLength(field.type, batch.family, to - from));
    if (!isAllZero(data)) columns.push({ field: field.id, type: wireTypeOf(field.type, batch.family), data });
  }
  const kind = batch.family === 4 ? FrameKind.flows4 : FrameKind.flows6;
  return { kind, flags: 0, epoch, sequence, rows: to - from, columns };
}

export interface ReceivedFlows {
  batch: FlowBatch;
  /** Columns of fields that this program does not know. */
  unknownColumns: number;
}

/** A batch of its own memory with the frame's rows. Throws WireError for what no sensor sends. */
export function frameToFlows(frame: Frame): ReceivedFlows {
  const family: Family = frame.kind === FrameKind.flows6 ? 6 : 4;
  if (frame.rows > MAX_FRAME_ROWS)
    throw new WireError('WIRE_TOO_LARGE', `a flow frame of ${frame.rows} rows; ${MAX_FRAME_ROWS} is the limit`);
  const batch = createFlowBatch(family, frame.rows);
  batch.length = frame.rows;
  let unknownColumns = 0;
  for (const { field, type, data } of frame.columns) {
    const name = nameOf.get(field);
    if (
      name === undefined ||
      'addedAtIngest' in flowFields[name] ||
      wireTypeOf(flowFields[name].type, family) !== type
    ) {
      unknownColumns++;
      continue;
    }
    batch[name].set(data as Column);
  }
  checkRows(batch);
  return { batch, unknownColumns };
}

const nameOf = new Map<number, FlowFieldName>(flowFieldNames.map((name) => [flowFields[name].id, name]));

/** Times must be such that stores hold them exactly, and a record without packets says nothing. */
function checkRows({ interval, packets, length }: FlowBatch): void {
  for (let row = 0; row < length; row++) {
    const seconds = interval[row]!;
    if (!(seconds >= 0 && seconds < MAX_CAPTURE_SECONDS && Number.isInteger(seconds))) {
      throw new WireError('WIRE_BAD_COLUMN', `interval ${seconds} is no second between 1970 and 2255`);
    }
    if (packets[row] === 0) throw new WireError('WIRE_BAD_COLUMN', 'a flow record without packets');
  }
}

/** Packets of rows [from, to). */
export function sumPackets(batch: Pick<FlowBatch, 'packets'>, from: number, to: number): number {
  let sum = 0;
  for (let row = from; row < to; row++) sum += batch.packets[row]!;
  return sum;
}
