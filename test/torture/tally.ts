/** What a run of one part came to, in numbers for a table. */
import type { LedgerAnswer } from '../support/api.ts';
import { type KillPlan, type Moment, moments } from './kill-plan.ts';
import type { FlowSum } from './truth.ts';

export class TortureTally {
  readonly name: string;
  readonly byMoment: Record<Moment, number> = { load: 0, write: 0, start: 0, stop: 0 };
  /** Runs of the sensor that were begun. */
  runs = 0;
  sessions = 0;
  wholeSessions = 0;
  packets = 0;
  flows = 0;
  duplicateFrames = 0;
  slowestReturnMilliseconds = 0;
  result = 'exact';

  constructor(name: string) {
    this.name = name;
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

  countSession({ sensors }: LedgerAnswer, { all }: FlowSum): void {
    this.sessions++;
    if (sensors.every(({ finished }) => finished)) this.wholeSessions++;
    this.packets += all.packets;
    this.flows += all.flows;
    for (const { server } of sensors) this.duplicateFrames += server.duplicateFrames ?? 0;
  }
}

const heads = ['part', 'kills', ...moments, 'sessions', 'ended', 'packets', 'flows', 'again', 'slowest', 'result'];

/** Plain text; `again` counts frames that came twice and were stored once, `slowest` is the longest return. */
export function tableOf(tallies: readonly TortureTally[]): string {
  const rows = tallies.map((tally) => [
    tally.name,
    String(tally.kills),
    ...moments.map((moment) => String(tally.byMoment[moment])),
    String(tally.sessions),
    String(tally.wholeSessions),
    tally.packets.toLocaleString('en'),
    tally.flows.toLocaleString('en'),
    String(tally.duplicateFrames),
    `${(tally.slowestReturnMilliseconds / 1000).toFixed(1)} s`,
    tally.result,
  ]);
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === 0 || at === heads.length - 1 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd();
  return [heads, ...rows].map(line).join('\n');
}
