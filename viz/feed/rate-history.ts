/** Packets per second over the last minutes, for the sparkline. Times are seconds of the wall's clock. */
export interface RatePoint {
  readonly seconds: number;
  readonly packetsPerSecond: number;
}

export const HISTORY_SECONDS = 600;
const STEP_SECONDS = 1;

export class RateHistory {
  #points: RatePoint[] = [];

  get points(): readonly RatePoint[] {
    return this.#points;
  }

  clear(): void {
    this.#points = [];
  }

  /** Adds what is known now; more than one value a second is of no use to a line that is 600 seconds wide. */
  add(seconds: number, packetsPerSecond: number): void {
    const last = this.#points.at(-1);
    if (last && seconds - last.seconds < STEP_SECONDS) return;
    this.#points.push({ seconds, packetsPerSecond });
    while (this.#points.length > 0 && seconds - this.#points[0]!.seconds > HISTORY_SECONDS) this.#points.shift();
  }

  /** Puts the past in front of what was seen live. */
  prepend(past: readonly RatePoint[]): void {
    const first = this.#points[0]?.seconds ?? Number.POSITIVE_INFINITY;
    this.#points = [...past.filter((point) => point.seconds < first), ...this.#points];
  }
}

/** Points of a `series` answer as rates; what is no point is left out. `offsetSeconds` turns capture time into wall time. */
export function readSeries(answer: unknown, offsetSeconds: number): RatePoint[] {
  const { step, points } = (answer ?? {}) as { step?: unknown; points?: unknown };
  if (typeof step !== 'number' || step <= 0 || !Array.isArray(points)) return [];
  const out: RatePoint[] = [];
  for (const point of points as { time?: unknown; value?: unknown }[]) {
    const seconds = typeof point?.time === 'string' ? Date.parse(point.time) / 1000 : Number.NaN;
    if (Number.isFinite(seconds) && typeof point.value === 'number')
      out.push({ seconds: seconds + offsetSeconds, packetsPerSecond: point.value / step });
  }
  return out.sort((a, b) => a.seconds - b.seconds);
}

/** Asks the server for the last minutes before `newestSeconds` (capture time) of what `filter` selects. Null when it cannot say. */
export async function fetchHistory(
  newestSeconds: number,
  wallSeconds: number,
  filter: string,
): Promise<RatePoint[] | null> {
  const time = (seconds: number) => new Date(seconds * 1000).toISOString();
  const query = new URLSearchParams({
    measure: 'packets',
    by: 'total',
    from: time(newestSeconds - HISTORY_SECONDS),
    to: time(newestSeconds),
    step: '5',
    ...(filter === '' ? {} : { filter }),
  });
  try {
    const answer = await fetch(`api/v1/series?${query}`);
    return answer.ok ? readSeries(await answer.json(), wallSeconds - newestSeconds) : null;
  } catch {
    return null; // The line then grows from what arrives.
  }
}
