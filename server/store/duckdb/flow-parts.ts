/**
 * Where flows lie. Those of a live hour, or of a session, first fill a table ("part") of their own; a part that is full or
 * done with is sealed into one Parquet file. This is the list of both, as the tables `flow_tables` and `flow_files` have it.
 */
import type { Family } from '../../../shared/flow-batch.ts';

export const LIVE_SESSION = 0;
export const HOUR_SECONDS = 3_600;
/** A part with so many rows takes no more. Sorting this many stays within DuckDB's memory, and takes a second or two. */
export const FULL_ROWS = 2 ** 20;
/** Live hours open at once in a family. Rows of further hours share a part, so that no clock can make tables without end. */
export const MAX_OPEN_HOURS = 6;
/** Later hours (year 2255) have no table of their own. */
const MAX_HOUR = 2_500_000;

/** What rows need in common to lie together. `hour`: hours since 1970 for live, null for rows of any hour. */
export interface PartKey {
  readonly session: number;
  readonly family: Family;
  readonly hour: number | null;
}

/** Times are of flows' first packets, µs since 1970. */
export interface PartSpan {
  rows: number;
  firstMicros: number;
  lastMicros: number;
}

export interface HotPart extends PartKey, PartSpan {
  readonly number: number;
  readonly table: string;
  /** Whether the table exists. */
  isMade: boolean;
  /** Takes no more rows: it is to be sealed. */
  isClosed: boolean;
  /** Is being written to a file: until that is done or has failed, retention leaves it. */
  isSealing: boolean;
  /** Of the clock that only runs forward. */
  appendedMilliseconds: number;
}

/** `expired`: taken out by retention, about to be deleted; `missing`: not there, or not as it was written. */
export type FileState = 'present' | 'expired' | 'missing';

export interface SealedFile extends PartKey, Readonly<PartSpan> {
  readonly number: number;
  /** Below the folder of flows. */
  readonly path: string;
  readonly packets: number;
  readonly wireBytes: number;
  readonly fileBytes: number;
  readonly sealedSeconds: number;
  /** The store's version whose columns it has. */
  readonly version: number;
  /** Of what was summed up of it for replays; 0 where that is not made. Beside `fileBytes`. */
  summaryBytes: number;
  state: FileState;
}

export class FlowParts {
  readonly hot = new Set<HotPart>();
  readonly files = new Map<string, SealedFile>();
  /** Newest first packet of live flows, for telling which hours are over. */
  newestLiveMicros = Number.NEGATIVE_INFINITY;
  readonly #open = new Map<string, HotPart>();
  readonly #numbers = new Map<string, number>();

  addHot(part: HotPart): void {
    this.hot.add(part);
    this.#noteNumber(part);
    if (!part.isClosed) this.#open.set(keyOf(part), part);
    if (part.session === LIVE_SESSION) this.newestLiveMicros = Math.max(this.newestLiveMicros, part.lastMicros);
  }

  addFile(file: SealedFile): void {
    this.files.set(file.path, file);
    this.#noteNumber(file);
    if (file.session === LIVE_SESSION) this.newestLiveMicros = Math.max(this.newestLiveMicros, file.lastMicros);
  }

  /** The part that takes rows of that session and hour; one that is new is not made yet. */
  take(session: number, family: Family, hour: number): HotPart {
    if (session !== LIVE_SESSION) return this.#takeFor({ session, family, hour: null });
    const open = this.#open.get(keyOf({ session, family, hour }));
    if (open !== undefined) return open;
    const hasRoom = hour >= 0 && hour < MAX_HOUR && this.#openHours(family) < MAX_OPEN_HOURS;
    return this.#takeFor({ session, family, hour: hasRoom ? hour : null });
  }

  /** From here on, rows of the same kind go to a new part. */
  close(part: HotPart): void {
    part.isClosed = true;
    if (this.#open.get(keyOf(part)) === part) this.#open.delete(keyOf(part));
  }

  remove(part: HotPart): void {
    this.close(part);
    this.hot.delete(part);
  }

  /** Hot parts and present files of a session with flows that begin in [from, to). */
  within(session: number, family: Family, fromMicros: number, toMicros: number) {
    const overlaps = (part: PartKey & Readonly<PartSpan>) =>
      part.session === session &&
      part.family === family &&
      part.firstMicros < toMicros &&
      part.lastMicros >= fromMicros;
    return {
      hot: [...this.hot].filter((part) => part.isMade && overlaps(part)),
      files: [...this.files.values()].filter((file) => file.state === 'present' && overlaps(file)),
    };
  }

  /** When the first flow begins of those parts of a session that begin at or behind a moment; null without any. */
  nextBegin(session: number, micros: number): number | null {
    let first = Number.POSITIVE_INFINITY;
    const look = (part: PartKey & Readonly<PartSpan>) => {
      if (part.session === session && part.firstMicros >= micros) first = Math.min(first, part.firstMicros);
    };
    for (const part of this.hot) if (part.isMade) look(part);
    for (const file of this.files.values()) if (file.state === 'present') look(file);
    return Number.isFinite(first) ? first : null;
  }

  #takeFor(key: PartKey): HotPart {
    const open = this.#open.get(keyOf(key));
    if (open !== undefined) return open;
    const number = (this.#numbers.get(keyOf(key)) ?? 0) + 1;
    const part = newPart(key, number);
    this.addHot(part);
    return part;
  }

  #openHours(family: Family): number {
    let hours = 0;
    for (const part of this.#open.values()) if (part.family === family && part.hour !== null) hours += 1;
    return hours;
  }

  #noteNumber(part: PartKey & { number: number }): void {
    this.#numbers.set(keyOf(part), Math.max(part.number, this.#numbers.get(keyOf(part)) ?? 0));
  }
}

export function newPart(key: PartKey, number: number): HotPart {
  return {
    ...key,
    number,
    table: tableName(key, number),
    isMade: false,
    isClosed: false,
    isSealing: false,
    appendedMilliseconds: performance.now(),
    rows: 0,
    firstMicros: Number.POSITIVE_INFINITY,
    lastMicros: Number.NEGATIVE_INFINITY,
  };
}

function keyOf({ session, family, hour }: PartKey): string {
  return `${session}/${family}/${hour}`;
}

/** Such as flows4_2026112610, its second part flows4_2026112610_2, flows6_s12_1, flows4_mixed_1. */
function tableName({ session, family, hour }: PartKey, number: number): string {
  if (session !== LIVE_SESSION) return `flows${family}_s${session}_${number}`;
  if (hour === null) return `flows${family}_mixed_${number}`;
  return `flows${family}_${hourText(hour).replace(/\D/g, '')}${number === 1 ? '' : `_${number}`}`;
}

/**
 * Where a part is sealed to. A session's folder holds all of it. Parts of any hour lie in the folder of their first flow.
 */
export function filePath({ session, family, hour, number, firstMicros }: HotPart): string {
  const folderHour = hour ?? Math.floor(firstMicros / (HOUR_SECONDS * 1e6));
  const [day, hourOfDay] = hourText(Math.min(Math.max(folderHour, 0), MAX_HOUR)).split('T');
  const mixed = session === LIVE_SESSION && hour === null ? '-mixed' : '';
  const name = `flows${family}${mixed}${number === 1 ? '' : `-${number}`}.parquet`;
  return `session=${session}/dt=${day}/hh=${hourOfDay}/${name}`;
}

/** Such as 2026-11-26T10. */
function hourText(hour: number): string {
  return new Date(hour * HOUR_SECONDS * 1000).toISOString().slice(0, 13);
}
