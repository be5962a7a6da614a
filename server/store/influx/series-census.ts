/**
 * Which series were written in the last day, and no more of them than a server shall have. Keys of the live session are few
 * by their lists; countries, tags and every new session are more. What comes beyond the limit is summed as `other` of its
 * bin, so that sums over a dimension stay the total; where that has no room either, it is held back, and counted.
 */
import { OTHER_KEY, SeriesDimension } from '../ingest-commit.ts';
import type { MirrorPoint } from '../outbox.ts';

/** Unless it is set: a fifth of what InfluxDB 1 takes by itself. */
export const MAX_SERIES = 200_000;
const DAY_SECONDS = 86_400;
const FORGET_EVERY_SECONDS = 3_600;
const LIVE_SESSION = 0;

export class SeriesCensus {
  /** Points that were summed as `other`, and points that were not written at all. */
  pointsFolded = 0;
  pointsHeldBack = 0;
  readonly #limit: number;
  readonly #headOf: (point: MirrorPoint) => string;
  /** When each was written last, by measurement and tags. */
  readonly #written = new Map<string, number>();
  #forgottenSeconds = 0;

  /** `headOf`: measurement and tags of a point. */
  constructor(limit: number, headOf: (point: MirrorPoint) => string) {
    this.#limit = limit;
    this.#headOf = headOf;
  }

  /** How many were written in the last day, by measurement. */
  byMeasurement(nowSeconds: number): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [head, seconds] of this.#written) {
      if (seconds <= nowSeconds - DAY_SECONDS) continue;
      const measurement = head.slice(0, Math.max(head.indexOf(','), 0) || undefined);
      counts[measurement] = (counts[measurement] ?? 0) + 1;
    }
    return counts;
  }

  /** The points to write: those that have room, and what becomes of the others. All of a bin must come at once. */
  admit(points: readonly MirrorPoint[], nowSeconds: number): MirrorPoint[] {
    this.#forget(nowSeconds);
    const admitted: MirrorPoint[] = [];
    const others = new Map<string, MirrorPoint>();
    const left: MirrorPoint[] = [];
    for (const point of points) {
      if (point.key === OTHER_KEY) others.set(binOf(point), point);
      else if (this.#hasRoom(point, nowSeconds)) admitted.push(point);
      else left.push(point);
    }
    for (const point of left) this.#fold(point, others);
    for (const point of others.values()) {
      if (this.#hasRoom(point, nowSeconds)) admitted.push(point);
      else this.pointsHeldBack += 1;
    }
    return admitted;
  }

  #fold(point: MirrorPoint, others: Map<string, MirrorPoint>): void {
    // A total has no other.
    if (point.dimension === SeriesDimension.total) {
      this.pointsHeldBack += 1;
      return;
    }
    this.pointsFolded += 1;
    const bin = binOf(point);
    const other = others.get(bin);
    others.set(bin, other === undefined ? { ...point, key: OTHER_KEY, coverage: null } : sumOf(other, point));
  }

  /** The totals of live, and what is other there, always have. */
  #hasRoom(point: MirrorPoint, nowSeconds: number): boolean {
    const head = this.#headOf(point);
    const isReserved =
      point.session === LIVE_SESSION && (point.key === OTHER_KEY || point.dimension === SeriesDimension.total);
    if (!isReserved && !this.#written.has(head) && this.#written.size >= this.#limit) return false;
    this.#written.set(head, nowSeconds);
    return true;
  }

  #forget(nowSeconds: number): void {
    // Also when the clock was set back.
    if (Math.abs(nowSeconds - this.#forgottenSeconds) < FORGET_EVERY_SECONDS) return;
    this.#forgottenSeconds = nowSeconds;
    for (const [head, seconds] of this.#written) {
      if (seconds <= nowSeconds - DAY_SECONDS) this.#written.delete(head);
      else if (seconds > nowSeconds) this.#written.set(head, nowSeconds);
    }
  }
}

function binOf({ session, resolution, bin, dimension }: MirrorPoint): string {
  return `${session} ${resolution} ${bin} ${dimension}`;
}

/** Of distinct counts, that of the sum is at least the larger one. */
function sumOf(a: MirrorPoint, b: MirrorPoint): MirrorPoint {
  return {
    ...a,
    packets: a.packets + b.packets,
    bytes: a.bytes + b.bytes,
    flows: a.flows + b.flows,
    sources: Math.max(a.sources, b.sources),
    targets: Math.max(a.targets, b.targets),
  };
}
