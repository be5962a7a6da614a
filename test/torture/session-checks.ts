/** Whether what stands in the stores is exact, asked over the API as anyone may. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type LedgerAnswer, ledgerOf } from '../support/api.ts';
import type { TestInflux } from '../support/influxdb.ts';
import { until } from '../support/program.ts';
import { differences, FlowSum, type KnownFlow, type Sums, type Truth } from './truth.ts';

/** A number that is not what it must be. */
export class Inexact extends Error {
  override readonly name = 'Inexact';
}

const dimensions = ['total', 'class', 'protocol', 'port', 'country', 'sensor'] as const;
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
export async function checkFlows(
  url: string,
  session: number,
  ledger: LedgerAnswer,
  truth: Truth,
  whole: boolean,
): Promise<FlowSum> {
  const sum = new FlowSum();
  let cursor: string | null = null;
  do {
    const query = `flows?session=${session}&limit=10000${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const page: { flows: KnownFlow[]; cursor: string | null } = await ask(url, query);
    for (const flow of page.flows) sum.add(flow);
    cursor = page.cursor;
  } while (cursor !== null);
  const flowsStored = ledger.sensors.reduce((flows, { server }) => flows + (server.flowsStored ?? 0), 0);
  expectEqual(
    `session ${session}: packets of the flows, against packetsStored`,
    sum.all.packets,
    packetsStoredOf(ledger),
  );
  expectEqual(`session ${session}: flow records, against flowsStored`, sum.all.flows, flowsStored);
  const wrong = differences(sum.byFlow, truth, whole);
  if (wrong.length > 0)
    throw new Inexact(`session ${session}: ${wrong.length} flows differ from the capture, such as ${wrong[0]}`);
  if (whole) {
    expectEqual(`session ${session}: packets stored, against the capture`, sum.all.packets, truth.packets);
    expectEqual(`session ${session}: bytes stored, against the capture`, sum.all.bytes, truth.bytes);
    const decoded = ledger.sensors.reduce((packets, { counts }) => packets + (counts.decoded ?? 0), 0);
    expectEqual(`session ${session}: decoded, against the capture`, decoded, truth.packets);
  }
  return sum;
}

/** Every dimension, measure and resolution that the API has. */
export async function checkSeries(url: string, session: number, sums: FlowSum): Promise<void> {
  for (const by of dimensions)
    for (const step of by === 'total' || by === 'class' ? [1, 60] : [60])
      for (const measure of ['packets', 'bytes', 'flows'] as const) {
        const query = `series?session=${session}&by=${by}&step=${step}&measure=${measure}`;
        const { points } = await ask<{ points: { value: number }[] }>(url, query);
        const sum = points.reduce((total, { value }) => total + value, 0);
        expectEqual(`session ${session}: ${measure} by ${by} in steps of ${step} s`, sum, sumsBy(by, sums)[measure]);
      }
}

/** Waits until InfluxDB has what the store has, in every measurement, and nothing waits for it any more. */
export async function checkInflux(url: string, influx: TestInflux, session: number, sums: FlowSum): Promise<void> {
  const expected = expectedInInflux(sums);
  await until(
    `InfluxDB to have of session ${session} what the store has: ${expected}`,
    async () => {
      const { seriesMirror } = await ask<{ seriesMirror: { pendingBins: number; linesRefused: number } }>(
        url,
        'health',
      );
      return `${await sumsInInflux(influx, session)} waiting ${seriesMirror.pendingBins} refused ${seriesMirror.linesRefused}`;
    },
    (found) => found === `${expected} waiting 0 refused 0`,
    PATIENCE_MILLISECONDS,
  );
}

/** What has no port is in no sum by port. */
function sumsBy(by: (typeof dimensions)[number], { all, withPort }: FlowSum): Sums {
  return by === 'port' ? withPort : all;
}

function expectedInInflux(sum: FlowSum): string {
  const bins = (by: string) => (by === 'total' || by === 'class' ? ['1m', '1s'] : ['1m']);
  const text = (by: (typeof dimensions)[number]) => {
    const { packets, bytes, flows } = sumsBy(by, sum);
    // What holds nothing has no points.
    return packets === 0 ? [] : bins(by).map((bin) => `${by}/${bin} ${packets} ${bytes} ${flows}`);
  };
  return dimensions.flatMap(text).join(', ');
}

async function sumsInInflux(influx: TestInflux, session: number): Promise<string> {
  const found: string[] = [];
  for (const by of dimensions) {
    const rows = await influx.query(
      `SELECT sum(packets) AS packets, sum(bytes) AS bytes, sum(flows) AS flows FROM kurayami.sessions.kurayami_${by}
        WHERE "session" = '${session}' GROUP BY "bin"`,
    );
    for (const { bin, packets, bytes, flows } of rows) found.push(`${by}/${bin} ${packets} ${bytes} ${flows}`);
  }
  return found.join(', ');
}

export function expectEqual(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Inexact(`${what}: ${found}, and must be ${expected}`);
}
