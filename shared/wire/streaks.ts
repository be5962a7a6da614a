/** Streak frames: flows as a viewer may see them, ready to draw. Targets are `targetSlot`, and addresses for analysts only. */
import { createColumn, type Family } from '../flow-batch.ts';
import { type Frame, type FrameColumn, FrameKind, WireType } from './frame.ts';
import { WireError } from './wire-error.ts';

/** Flag of the frame's header: the addresses are IPv6. */
export const STREAKS_IPV6 = 1;

/** Degrees are stored as 16-bit integers: 180° is 32,767, so a step is about 600 m. */
export const DEGREE_STEPS = 32767 / 180;

/** Values of `place`. */
export const PlaceKind = { unknown: 0, country: 1 } as const;

export interface StreakBatch {
  readonly family: Family;
  length: number;
  /** First packet, seconds since 1970 UTC. */
  readonly time: Float64Array;
  readonly source: Uint32Array;
  readonly packets: Uint32Array;
  readonly tagsLow: Uint32Array;
  /** Network (autonomous system) that announces the source address; 0 for none. */
  readonly asn: Uint32Array;
  /** Of the source, in steps of DEGREE_STEPS; approximate: a place in the country the address is registered in. */
  readonly latitude: Int16Array;
  readonly longitude: Int16Array;
  readonly sourcePort: Uint16Array;
  readonly targetPort: Uint16Array;
  /** Keyed permutation of the target's index in the watched prefixes, scaled to 16 bits. */
  readonly targetSlot: Uint16Array;
  /** Two letters of ISO 3166-1, high byte first; 0 for unknown. */
  readonly country: Uint16Array;
  readonly sensor: Uint16Array;
  readonly protocol: Uint8Array;
  readonly tcpFlags: Uint8Array;
  readonly class: Uint8Array;
  readonly place: Uint8Array;
  /** Class of shared/radiation.ts; 0 for unknown. */
  readonly radiation: Uint8Array;
  /** For those who may see it; null, and not in the frame, for all others. */
  readonly target: Uint32Array | null;
}

type StreakColumn = Exclude<keyof StreakBatch, 'family' | 'length' | 'target'>;

const fields: Record<StreakColumn, { id: number; type: WireType | 'address' }> = {
  time: { id: 1, type: WireType.f64 },
  source: { id: 2, type: 'address' },
  packets: { id: 3, type: WireType.u32 },
  tagsLow: { id: 4, type: WireType.u32 },
  asn: { id: 16, type: WireType.u32 },
  latitude: { id: 5, type: WireType.i16 },
  longitude: { id: 6, type: WireType.i16 },
  sourcePort: { id: 7, type: WireType.u16 },
  targetPort: { id: 8, type: WireType.u16 },
  targetSlot: { id: 9, type: WireType.u16 },
  country: { id: 10, type: WireType.u16 },
  sensor: { id: 11, type: WireType.u16 },
  protocol: { id: 12, type: WireType.u8 },
  tcpFlags: { id: 13, type: WireType.u8 },
  class: { id: 14, type: WireType.u8 },
  place: { id: 15, type: WireType.u8 },
  // 17 is the target's.
  radiation: { id: 18, type: WireType.u8 },
};
const names = Object.keys(fields) as StreakColumn[];
/** Beside the others, since it is there for some readers only. */
const TARGET_FIELD = 17;
const addressType = (family: Family) => (family === 6 ? WireType.words4 : WireType.u32);

function wireType(name: StreakColumn, family: Family): WireType {
  const type = fields[name].type;
  return type === 'address' ? addressType(family) : type;
}

export function createStreakBatch(family: Family, capacity: number): StreakBatch {
  const columns: Record<string, Float64Array | Uint32Array | Uint16Array | Uint8Array | Int16Array> = {};
  for (const name of names) {
    const type = wireType(name, family);
    if (type === WireType.i16) columns[name] = new Int16Array(capacity);
    else if (type === WireType.words4) columns[name] = new Uint32Array(capacity * 4);
    else
      columns[name] = createColumn(
        type === WireType.f64 ? 'f64' : type === WireType.u32 ? 'u32' : type === WireType.u16 ? 'u16' : 'u8',
        family,
        capacity,
      );
  }
  return { family, length: 0, target: null, ...(columns as unknown as Pick<StreakBatch, StreakColumn>) };
}

export function streaksToFrame(batch: StreakBatch, sequence: number): Frame {
  const columns: FrameColumn[] = names.map((name) => {
    const type = wireType(name, batch.family);
    return {
      field: fields[name].id,
      type,
      data: batch[name].subarray(0, batch.length * (type === WireType.words4 ? 4 : 1)),
    };
  });
  if (batch.target !== null) {
    const type = addressType(batch.family);
    const words = batch.length * (type === WireType.words4 ? 4 : 1);
    columns.push({ field: TARGET_FIELD, type, data: batch.target.subarray(0, words) });
  }
  return {
    kind: FrameKind.streaks,
    flags: batch.family === 6 ? STREAKS_IPV6 : 0,
    epoch: 0,
    sequence,
    rows: batch.length,
    columns,
  };
}

/** The batch of a streak frame; columns are views into it, missing ones are zero. Throws WireError. */
export function frameToStreaks(frame: Frame): StreakBatch {
  if (frame.kind !== FrameKind.streaks)
    throw new WireError('WIRE_BAD_MESSAGE', `frame kind ${frame.kind} carries no streaks`);
  const family: Family = (frame.flags & STREAKS_IPV6) !== 0 ? 6 : 4;
  const byId = new Map(frame.columns.map((column) => [column.field, column]));
  const missing = names.some((name) => byId.get(fields[name].id)?.type !== wireType(name, family));
  const empty = missing ? createStreakBatch(family, frame.rows) : null;
  const columns: Record<string, unknown> = {};
  for (const name of names) {
    const column = byId.get(fields[name].id);
    columns[name] = column?.type === wireType(name, family) ? column.data : empty![name];
  }
  const target = byId.get(TARGET_FIELD);
  return {
    family,
    length: frame.rows,
    target: target?.type === addressType(family) ? (target.data as Uint32Array) : null,
    ...(columns as Pick<StreakBatch, StreakColumn>),
  };
}
