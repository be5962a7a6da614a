/** What a run of one part came to, in numbers for a table. */
import type { LedgerAnswer } from '../support/api.ts';
import { type KillPlan, type Moment, moments } from './kill-plan.ts';
import type { Sums } from './truth.ts';

export class TortureTally {
  readonly name: string;
  readonly byMoment: Record<Moment, number> = { load: 0, write: 0, start: 0, stop: 0 };
  /** Runs of the sensor that were begun. */
  runs = 0;
  readonly #began = performance.now();
  readonly #sessions = new Map<string, CheckedSession>();
  #round = 0;
  slowestReturnMilliseconds = 0;
  result = 'exact';

  constructor(name: string) {
    this.name = name;
  }

  get milliseconds(): number {
    return performance.now() - this.#began;
  }

  get kills(): number {
    return moments.reduce((sum, moment) => sum + this.byMoment[moment], 0);
  }

  countKill({ moment }: KillPlan): void {
    this.byMoment[moment]++;
  }

  countReturn(milliseconds: number): void {
    this.slowestReturnMilliseconds = Math.max(this.slowestReturnMilliseconds, milliseconds);
  }

  /** A session that is checked again counts with what it had last. */
  countCheck(session: number, { sensors }: LedgerAnswer, { packets, flows }: Sums): void {
    const ended = sensors.every(({ finished }) => finished);
    const duplicateFrames = sensors.reduce((sum, { server }) => sum + (server.duplicateFrames ?? 0), 0);
    this.#sessions.set(`${this.#round}/${session}`, { packets, flows, duplicateFrames, ended });
  }

  countRound(): void {
    this.#round++;
  }

  sumSessions() {
    const sum = { sessions: this.#sessions.size, ended: 0, packets: 0, flows: 0, duplicateFrames: 0 };
    for (const session of this.#sessions.values()) {
      sum.packets += session.packets;
      sum.flows += session.flows;
      sum.duplicateFrames += session.duplicateFrames;
      if (session.ended) sum.ended++;
    }
    return sum;
  }
}

interface CheckedSession {
  readonly packets: number;
  readonly flows: number;
  readonly duplicateFrames: number;
  readonly ended: boolean;
}

const heads = ['part', 'kills', ...moments, 'sessions', 'ended', 'packets', 'flows', 'again', 'slowest', 'result'];

/** Plain text; `again` counts frames that came twice and were stored once, `slowest` is the longest return. */
export function tableOf(tallies: readonly TortureTally[]): string {
  const rows = tallies.map((tally) => {
    const { sessions, ended, packets, flows, duplicateFrames } = tally.sumSessions();
    const counts = [tally.kills, ...moments.map((moment) => tally.byMoment[moment]), sessions, ended, packets, flows];
    const slowest = `${(tally.slowestReturnMilliseconds / 1000).toFixed(1)} s`;
    const numbers = [...counts, duplicateFrames].map((count) => count.toLocaleString('en'));
    return [tally.name, ...numbers, slowest, tally.result];
  });
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === 0 || at === heads.length - 1 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd();
  return [heads, ...rows].map(line).join('\n');
}
