/** Whether what stands in the stores is exact, asked over the API as anyone may. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type LedgerAnswer, ledgerOf } from '../support/api.ts';
import type { TestInflux } from '../support/influxdb.ts';
import { until } from '../support/program.ts';
import { differences, FlowSum, type KnownFlow, measures, type Sums, secondOf, type Truth } from './truth.ts';

/** A number that is not what it must be. */
export class Inexact extends Error {
  override readonly name = 'Inexact';
}

/** With the steps that the API has for each. What has no port is in no sum by port. */
const MINUTES = [60, 300, 3_600, 86_400] as const;
const dimensions = {
  total: [1, ...MINUTES],
  class: [1, ...MINUTES],
  protocol: MINUTES,
  country: MINUTES,
  network: MINUTES,
  sensor: MINUTES,
  port: MINUTES,
} as const;
type Dimension = keyof typeof dimensions;
const dimensionNames = Object.keys(dimensions) as Dimension[];
/** Coarser bins come to InfluxDB when minutes have been quiet for a while: too late to be waited for after each kill. */
const stepNames: Readonly<Record<number, string>> = { 1: '1s', 60: '1m' };

/** What must stand everywhere, by port where that was counted. */
export interface StoredSums {
  readonly all: Sums;
  readonly withPort: Sums | null;
}
const SETTLE_MILLISECONDS = 400;
/** A busy machine may take long, a fault lasts forever. */
const PATIENCE_MILLISECONDS = 120_000;

/** The ledger once nothing is stored any more: for a session whose sensor is gone, held still, or done. */
export async function settledLedger(url: string, session: number): Promise<LedgerAnswer> {
  let before = '';
  return await until(
    `session ${session} to settle with every sum exact`,
    async () => {
      await sleep(SETTLE_MILLISECONDS);
      return await ledgerOf(url, session);
    },
    ({ sensors, stored }) => {
      const isSame = JSON.stringify([sensors, stored]) === before;
      before = JSON.stringify([sensors, stored]);
      const sums = sensors.flatMap(({ checks }) => checks);
      return (
        isSame && sums.every(({ holds }) => holds) && stored.every(({ holds, inFlight }) => holds && inFlight === 0)
      );
    },
    PATIENCE_MILLISECONDS,
  );
}

export function packetsStoredOf({ sensors }: LedgerAnswer): number {
  return sensors.reduce((sum, { server }) => sum + (server.packetsStored ?? 0), 0);
}

/** Flow records one by one: as many as the ledger says, none of them twice, none that never came; `whole`: all that came. */
export async function sumFlows(url: string, session: number, truth: Truth, whole: boolean): Promise<StoredSums> {
  const sum = new FlowSum();
  let cursor: string | null = null;
  do {
    const query = `flows?session=${session}&limit=10000${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const page: { flows: KnownFlow[]; cursor: string | null } = await ask(url, query);
    for (const flow of page.flows) sum.add(flow);
    cursor = page.cursor;
  } while (cursor !== null);
  expectNoDifference(`session ${session}, flow by flow`, sum.byFlow, truth.byFlow, whole);
  return sum;
}

/** The series by second, against the seconds of the capture: what is there twice or not at all stands out, for less. */
export async function sumSeconds(url: string, session: number, truth: Truth, whole: boolean): Promise<StoredSums> {
  const bySecond = new Map<string, number>();
  const all = { packets: 0, bytes: 0, flows: 0 };
  for (const measure of measures)
    for (const { time, value } of await seriesOf(url, session, 'total', 1, measure)) {
      all[measure] += value;
      if (measure === 'packets') bySecond.set(secondOf(time), value);
    }
  expectNoDifference(`session ${session}, second by second`, bySecond, truth.bySecond, whole);
  return { all, withPort: null };
}

export function checkLedger(session: number, { sensors }: LedgerAnswer, { all }: StoredSums): void {
  const sum = (name: string) => sensors.reduce((total, { server }) => total + (server[name] ?? 0), 0);
  expectEqual(`session ${session}: packets, against packetsStored`, all.packets, sum('packetsStored'));
  expectEqual(`session ${session}: flows, against flowsStored`, all.flows, sum('flowsStored'));
}

export function checkWhole(session: number, { sensors }: LedgerAnswer, { all }: StoredSums, truth: Truth): void {
  const decoded = sensors.reduce((packets, { counts }) => packets + (counts.decoded ?? 0), 0);
  expectEqual(`session ${session}: decoded, against the capture`, decoded, truth.packets);
  expectEqual(`session ${session}: packets, against the capture`, all.packets, truth.packets);
  expectEqual(`session ${session}: bytes, against the capture`, all.bytes, truth.bytes);
  if (!sensors.every(({ finished }) => finished))
    throw new Inexact(`session ${session}: the sensor is done, and its last report is not there`);
}

/** Every dimension and resolution that the API has; every measure where flows were counted one by one. */
export async function checkSeries(url: string, session: number, sums: StoredSums): Promise<void> {
  for (const by of dimensionNames) {
    const expected = by === 'port' ? sums.withPort : sums.all;
    if (expected === null) continue;
    for (const step of dimensions[by])
      for (const measure of sums.withPort === null ? (['packets'] as const) : measures) {
        const points = await seriesOf(url, session, by, step, measure);
        const sum = points.reduce((total, { value }) => total + value, 0);
        expectEqual(`session ${session}: ${measure} by ${by} in steps of ${step} s`, sum, expected[measure]);
      }
  }
}

async function seriesOf(url: string, session: number, by: Dimension, step: number, measure: keyof Sums) {
  const query = `series?session=${session}&by=${by}&step=${step}&measure=${measure}`;
  return (await ask<{ points: { time: string; value: number }[] }>(url, query)).points;
}

/** Waits until InfluxDB has what the store has, in every measurement, and nothing waits for it any more. */
export async function checkInflux(url: string, influx: TestInflux, session: number, sums: StoredSums): Promise<void> {
  const names = dimensionNames.filter((by) => by !== 'port' || sums.withPort !== null);
  const expected = names.flatMap((by) => expectedInInflux(by, sums)).join(', ');
  await until(
    `InfluxDB to have of session ${session} what the store has: ${expected}`,
    async () => {
      const { seriesMirror } = await ask<{ seriesMirror: { pendingBins: number; linesRefused: number } }>(
        url,
        'health',
      );
      const found: string[] = [];
      for (const by of names) found.push(...(await sumsInInflux(influx, by, session)));
      return `${found.join(', ')} waiting ${seriesMirror.pendingBins} refused ${seriesMirror.linesRefused}`;
    },
    (found) => found === `${expected} waiting 0 refused 0`,
    PATIENCE_MILLISECONDS,
  );
}

function expectedInInflux(by: Dimension, { all, withPort }: StoredSums): string[] {
  const { packets, bytes, flows } = (by === 'port' ? withPort : null) ?? all;
  // What holds nothing has no points.
  if (packets === 0) return [];
  const steps = dimensions[by].flatMap((step) => stepNames[step] ?? []);
  return steps.toSorted().map((bin) => `${by}/${bin} ${packets} ${bytes} ${flows}`);
}

async function sumsInInflux(influx: TestInflux, by: Dimension, session: number): Promise<string[]> {
  const rows = await influx.query(
    `SELECT sum(packets) AS packets, sum(bytes) AS bytes, sum(flows) AS flows FROM kurayami.sessions.kurayami_${by}
      WHERE "session" = '${session}' AND ("bin" = '1s' OR "bin" = '1m') GROUP BY "bin"`,
  );
  return rows.map(({ bin, packets, bytes, flows }) => `${by}/${bin} ${packets} ${bytes} ${flows}`).toSorted();
}

function expectNoDifference(
  what: string,
  stored: ReadonlyMap<string, number>,
  came: ReadonlyMap<string, number>,
  whole: boolean,
): void {
  const wrong = differences(stored, came, whole);
  if (wrong.length > 0) throw new Inexact(`${what}: ${wrong.length} differ from the capture, such as ${wrong[0]}`);
}

export function expectEqual(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Inexact(`${what}: ${found}, and must be ${expected}`);
}
