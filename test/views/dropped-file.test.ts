/** A dropped file is answered about as a server answers about it, and no server is asked. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, ledgerAtRest } from '../support/api.ts';
import { browserInstalled } from '../support/browser.ts';
import { makeFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram } from '../support/program.ts';
import { DroppedPage, value } from './dropped/dropped-page.ts';

if (!browserInstalled) console.warn('Chromium is not installed: the tests of dropped files are skipped');

const SECONDS = 90;
const ALL = encodeURIComponent('ip or ip6');
type Loose = Record<string, unknown>;

/**
 * What server and file say alike: `step=60` since a server has most bins by the minute only, and a filter that all match
 * since of ports and networks it counts by themselves only those on a list.
 */
const PATHS = [
  'series?step=1',
  'series?by=class&step=5&measure=bytes',
  ...['radiation', 'protocol', 'country', 'tag', 'sensor'].map((by) => `series?by=${by}&step=60`),
  ...['port', 'network'].map((by) => `series?by=${by}&step=60&filter=${ALL}`),
  `series?by=port&step=60&keys=5&measure=flows&filter=${ALL}`,
  'series?by=country&step=7&filter=tcp',
  'series?step=10&measure=sources&filter=udp',
  `series?by=class&step=10&measure=targets&filter=${ALL}`,
  'top?by=source&limit=1000',
  'top?by=source&limit=1000&filter=tcp%20dst%20port%2023',
  ...['class', 'radiation', 'protocol', 'port', 'country', 'network', 'tag', 'sensor'].map(
    (by) => `top?by=${by}&limit=1000&filter=not%20udp`,
  ),
  'ports/tcp/23',
  'ports/udp/53?filter=ip',
];

describe.skipIf(!browserInstalled)('a dropped file', () => {
  let page: DroppedPage;
  let folder: string;
  let remove: () => Promise<void>;
  let capture: string;

  beforeAll(async () => {
    ({ folder, remove } = await makeFolder());
    capture = join(folder, 'night.pcap');
    const made = await program(['simulate', '--duration', String(SECONDS), '--seed', '7', '--out', capture]);
    expect(made.code, made.stderr).toBe(0);
    page = await DroppedPage.open();
  }, 120_000);
  afterAll(async () => {
    await page?.close();
    await remove?.();
  });

  test('answers what a server answers about it, to the packet', async () => {
    const ofServer = await answersOfServer(capture, join(folder, 'data'));
    const { handle, summary } = await page.read(capture);
    expect(summary).toMatchObject({ damage: null, balances: true, countries: 'known', networks: 'known' });
    expect(summary.ledger).toMatchObject(ofServer.counts);
    for (const [path, expected] of ofServer.answers)
      expect(comparable(value(await page.ask('answer', handle, `api/v1/${path}`))), path).toEqual(comparable(expected));
    const flows = await allFlows(async (path) => value(await page.ask('answer', handle, `api/v1/${path}`)) as Loose);
    expect(flows).toHaveLength(summary.flows);
    expect(inOrder(flows)).toEqual(inOrder(ofServer.flows));
    expect(page.problems).toEqual([]);
  });
});

interface OfServer {
  readonly counts: Loose;
  readonly answers: ReadonlyMap<string, unknown>;
  readonly flows: readonly Loose[];
}

/** Everything is asked of a server that is stopped before the page asks. */
async function answersOfServer(capture: string, data: string): Promise<OfServer> {
  const running = runProgram(['start', '--read', capture, '--speed', 'max', '--port', '0', '--data', data]);
  const url = await addressOf(running, 90_000);
  const { stdout } = await program(['token', 'add', '--role', 'analyst', '--name', 'test', '--data', data]);
  const headers = { authorization: `Bearer ${stdout.trim().split('\n').at(-1)}` };
  const ledger = await ledgerAtRest(url);
  const { captured, filteredOut, notIp, undecodable, decoded, faults, flowsClosed } = ledger.sensors[0]!.counts;
  const flows = await allFlows((path) => ask<Loose>(url, path, headers));
  const sources = [...new Set(flows.map(({ source }) => String(source)))];
  const someSources = [sources[0], sources.find((source) => source.includes(':'))!];
  const paths = [...PATHS, ...someSources.map((source) => `sources/${encodeURIComponent(source!)}`)];
  const answers = new Map<string, unknown>();
  for (const path of paths) answers.set(path, await ask(url, path, headers));
  await interrupt(running);
  return { counts: { captured, filteredOut, notIp, undecodable, decoded, faults, flowsClosed }, answers, flows };
}

async function allFlows(get: (path: string) => Promise<Loose>): Promise<Loose[]> {
  const flows: Loose[] = [];
  for (let cursor: unknown = ''; cursor !== null; ) {
    const page = await get(`flows?limit=5000${cursor === '' ? '' : `&cursor=${cursor}`}`);
    flows.push(...(page.flows as Loose[]));
    ({ cursor } = page);
  }
  return flows;
}

/** Slots are keyed by the installation. */
const inOrder = (flows: readonly Loose[]) =>
  flows.map(({ targetSlot: _, ...flow }) => JSON.stringify(Object.entries(flow).sort())).sort();

/** Keys of a group in a sheet. */
const MOST_ROWS = 50;

/** Without what a file cannot know: who watched when, labels, lists of scanners, the number of the session. */
function comparable(answer: unknown): unknown {
  const {
    outageSeconds: _,
    addressesWatched: __,
    labels: ___,
    scanner: ____,
    session: _____,
    ...told
  } = answer as Loose;
  const list = (rows: unknown) => (Array.isArray(rows) ? rowsIn(rows) : rows);
  return Object.fromEntries(Object.entries(told).map(([name, rows]) => [name, list(rows)]));
}

/** Which of several with as many packets are the last of a group is nobody's business. */
function rowsIn(rows: readonly Loose[]): string[] {
  const least = rows.length === MOST_ROWS ? Math.min(...rows.map(({ packets }) => Number(packets))) : 0;
  const kept = rows.filter(({ packets }) => packets === undefined || Number(packets) > least);
  return kept.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
}
