/** Messages that are not columns (hello, health, totals, errors) travel as one column of JSON text. */
import { encodeFrame, type Frame, FrameKind, WireType } from './frame.ts';
import { WireError } from './wire-error.ts';

const JSON_FIELD = 65535;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export function encodeJsonFrame(kind: FrameKind, message: unknown, epoch = 0, sequence = 0): Uint8Array {
  const data = encoder.encode(JSON.stringify(message));
  return encodeFrame({
    kind,
    flags: 0,
    epoch,
    sequence,
    rows: 1,
    columns: [{ field: JSON_FIELD, type: WireType.utf8, data }],
  });
}

/** Longest message that a receiver reads. */
export const MAX_JSON_BYTES = 1 << 20;

/** The message of a JSON frame, of unknown shape: the receiver checks it. Throws WireError. */
export function decodeJsonFrame(frame: Frame): unknown {
  const column = frame.columns.find((candidate) => candidate.field === JSON_FIELD && candidate.type === WireType.utf8);
  if (!column) throw new WireError('WIRE_BAD_MESSAGE', 'the frame carries no message');
  if (column.data.byteLength > MAX_JSON_BYTES)
    throw new WireError('WIRE_TOO_LARGE', 'the message is longer than a megabyte');
  try {
    return JSON.parse(decoder.decode(column.data as Uint8Array));
  } catch (cause) {
    throw new WireError('WIRE_BAD_MESSAGE', 'the message is no JSON', { cause });
  }
}

/** "Stored up to here": epoch and sequence say it all. */
export function encodeAcknowledge(epoch: number, sequence: number): Uint8Array {
  return encodeFrame({ kind: FrameKind.acknowledge, flags: 0, epoch, sequence, rows: 0, columns: [] });
}
