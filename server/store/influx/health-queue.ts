/**
 * Lines about how sensors do, which wait in memory for the server that keeps the series' copy. They are running totals: one
 * that is lost leaves a gap, and no count is wrong after it.
 */
import type { HealthPoint } from '../outbox.ts';
import { measurements } from './tags.ts';

const MINUTE_SECONDS = 60;
/** A day of seven sensors. */
export const MAX_HEALTH_LINES = 10_000;

export class HealthQueue {
  /** Lines that had to give way to newer ones. */
  dropped = 0;
  /** Oldest first, by sensor and minute. */
  readonly #lines = new Map<string, string>();

  /** By sensor (there are 65,535 at most): the minute that has its point. */
  readonly #minutes = new Map<number, number>();

  /** One point a minute for each sensor, the first. */
  add(points: readonly HealthPoint[]): void {
    for (const point of points) {
      const minute = Math.floor(point.seconds / MINUTE_SECONDS) * MINUTE_SECONDS;
      const line = this.#minutes.get(point.sensor) === minute ? null : healthLine(point, minute);
      if (line === null) continue;
      this.#minutes.set(point.sensor, minute);
      this.#lines.set(`${point.sensor} ${minute}`, line);
    }
    for (const name of this.#lines.keys()) {
      if (this.#lines.size <= MAX_HEALTH_LINES) break;
      this.#lines.delete(name);
      this.dropped += 1;
    }
  }

  /** The oldest; they stay until `remove` is told of them. */
  first(count: number): [name: string, line: string][] {
    return [...this.#lines].slice(0, count);
  }

  /** They were written. One that was put anew meanwhile stays. */
  remove(written: readonly [name: string, line: string][]): void {
    for (const [name, line] of written) if (this.#lines.get(name) === line) this.#lines.delete(name);
  }
}

/** Null for a point of which nothing is known. Without the i, the first whole number would make the field a float for good. */
export function healthLine({ sensor, fields }: HealthPoint, second: number): string | null {
  const known = Object.entries(fields).filter(([, value]) => Number.isSafeInteger(value));
  if (known.length === 0) return null;
  const text = known.map(([name, value]) => `${name}=${value}i`).join();
  return `kurayami_health,sensor=${measurements.sensor.toTags(sensor).sensor} ${text} ${second}`;
}
