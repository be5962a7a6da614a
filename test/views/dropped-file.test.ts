/** A dropped file is answered about as a server answers about it, and no server is asked. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FlowPacketsQuery } from '../../viz/worker/dropped-file.ts';
import { ask, ledgerAtRest } from '../support/api.ts';
import { browserInstalled } from '../support/browser.ts';
import { makeFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram } from '../support/program.ts';
import { DroppedPage, value } from './dropped/dropped-page.ts';

if (!browserInstalled) console.warn('Chromium is not installed: the tests of dropped files are skipped');

const SECONDS = 25;
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
  ...['packets', 'first', 'last'].map((order) => `payloads?limit=500&order=${order}`),
  'payloads?limit=500&protocol=tcp&sites=true',
  'malicious-sites?limit=1000',
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

  test('that is large has its first picture soon, and keeps the page free', { timeout: 120_000 }, async () => {
    const large = join(folder, 'large.pcap');
    const words = ['simulate', '--scenario', 'background', '--rate', '20000', '--duration', '60', '--seed', '3'];
    expect((await program([...words, '--out', large])).code).toBe(0);
    const { size } = await stat(large);
    expect(size).toBeGreaterThan(100_000_000);
    await page.drop([large]);
    const { milliseconds, longestBlock, bytesRead, all } = await page.ask('firstPicture', 0);
    process.stdout.write(
      `a dropped file of ${Math.round(size / 1e6)} MB: the first stretch after ${Math.round(milliseconds)} ms, when ` +
        `${Math.round(bytesRead / 1e6)} MB were read; all of it after ${Math.round(all)} ms; the page waited at most ` +
        `${Math.round(longestBlock)} ms\n`,
    );
    // Two seconds, where nobody else works; the machine of a test may have seven times as much to do as it can.
    expect(milliseconds).toBeLessThan(20_000);
    expect(milliseconds).toBeLessThan(all);
    expect(bytesRead).toBeLessThan(size / 2);
  });

  test('is as it is compressed, and a stretch of it is drawn with places, slots and targets', async () => {
    const compressed = `${capture}.gz`;
    await writeFile(compressed, gzipSync(await readFile(capture)));
    const plain = await page.read(capture);
    const packed = await page.read(compressed);
    expect(packed.summary).toMatchObject({ compression: 'gzip', damage: null, balances: true });
    expect(packed.summary.ledger).toEqual(plain.summary.ledger);
    const fromSeconds = Math.floor(plain.summary.firstSeconds!);
    const request = { session: 1, fromSeconds, toSeconds: fromSeconds + 30, filter: 'not udp', most: 2_000 };
    const { head, streaks, digest } = value(await page.ask('stretch', plain.handle, request));
    expect(value(await page.ask('stretch', packed.handle, request)).digest).toBe(digest);
    expect(head.offered).toBe(head.sent + head.sampledOut + head.filteredOut);
    expect(head.sent).toBe(2_000);
    const countries = streaks.flatMap(({ country }) => country);
    expect(new Set(countries).size).toBeGreaterThan(20);
    expect(streaks.every(({ place, country }) => place.every((kind, at) => kind === (country[at] === 0 ? 0 : 1)))).toBe(
      true,
    );
    expect(streaks.every(({ target }) => target !== null)).toBe(true);
    for (const { handle } of [plain, packed]) await page.ask('close', handle);
  });

  test('says what is wrong with it, or with what is asked', async () => {
    const text = join(folder, 'diary.txt');
    await writeFile(text, 'Dear diary, nothing happened today. Nothing at all.');
    const { handle, summary } = await page.read(text);
    expect(summary).toMatchObject({ format: null, packets: 0, flows: 0, balances: true, readySeconds: null });
    expect(summary.damage).toContain('no capture');
    expect(value(await page.ask('answer', handle, 'api/v1/sessions'))).toMatchObject([{ packets: 0, first: null }]);
    const refused = await page.ask('answer', handle, 'api/v1/health');
    expect(refused).toMatchObject({ status: 404, code: 'PAGE_NOT_IN_FILE' });
    const wrong = { session: 1, fromSeconds: 5, toSeconds: 4, filter: '', most: 10 };
    expect(await page.ask('stretch', handle, wrong)).toMatchObject({ status: 400, code: 'API_BAD_SPAN' });
    expect(await page.ask('aborted', handle, 'api/v1/series')).toBe('stopped by the test');
    await page.ask('close', handle);
    expect(await page.ask('answer', handle, 'api/v1/series')).toMatchObject({ code: 'PAGE_FILE_CLOSED' });

    await page.drop([capture]);
    const misspelt = await page.ask('open', 0, { filter: 'tcp and prot 23' });
    const done = await page.ask('done', misspelt);
    expect(done).toMatchObject({
      status: 400,
      code: 'FILTER_UNKNOWN_WORD',
      detail: expect.stringContaining('prot 23'),
    });
    expect(await page.ask('answer', misspelt, 'api/v1/series')).toMatchObject({ status: 400 });
    // Somewhere else than beside the page there are none.
    const bare = await page.read(capture, { tablesAt: new URL('nowhere/', page.page.url()).href });
    expect(bare.summary).toMatchObject({ countries: 'missing', networks: 'missing', credits: [], balances: true });
    await page.ask('close', bare.handle);
    page.forgetProblems(/404/);
  });

  test('gives the packets of its flows', async () => {
    const { handle } = await page.read(capture);
    const { flows } = value(await page.ask('answer', handle, 'api/v1/flows?limit=1&filter=tcp%20dst%20port%2023')) as {
      flows: Loose[];
    };
    const { source, target, sourcePort, targetPort, first } = flows[0] as unknown as FlowPacketsQuery & {
      first: string;
    };
    const fromSeconds = Math.floor(Date.parse(first) / 1000);
    const query = {
      source,
      target,
      sourcePort,
      targetPort,
      protocol: 6,
      fromSeconds,
      toSeconds: fromSeconds + 1,
      most: 10,
    };
    const { packets, isCut } = value(await page.ask('packets', handle, query));
    expect(isCut).toBe(false);
    expect(packets[0]).toMatchObject({ seconds: fromSeconds, linkType: 1 });
    const file = await readFile(capture);
    for (const { bytes, originalLength } of packets) {
      expect(file.includes(Buffer.from(bytes))).toBe(true);
      expect(bytes).toHaveLength(originalLength);
    }
    await page.ask('close', handle);
  });

  test('answers what a server answers about it, to the packet', { timeout: 480_000 }, async () => {
    const ofServer = await answersOfServer(capture, join(folder, 'data'));
    const { handle, summary } = await page.read(capture);
    expect(summary).toMatchObject({ damage: null, balances: true, countries: 'known', networks: 'known' });
    expect(summary.ledger).toMatchObject(ofServer.counts);
    for (const [path, expected] of ofServer.answers)
      expect(comparable(value(await page.ask('answer', handle, `api/v1/${path}`))), path).toEqual(comparable(expected));
    const flows = await allFlows(async (path) => value(await page.ask('answer', handle, `api/v1/${path}`)) as Loose);
    expect(flows).toHaveLength(summary.flows);
    // As two texts: the differences of so many rows are shown by nobody.
    expect(inOrder(flows).join('\n') === inOrder(ofServer.flows).join('\n')).toBe(true);
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
  for (const tag of ['mirai', 'zmapTcp', 'masscanTcp', 'nmapSyn']) {
    const named = await ask<{ rows: { key: string }[] }>(url, `top?by=source&limit=2&filter=tag%20${tag}`);
    someSources.push(...named.rows.map(({ key }) => key));
  }
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

/** Without what a file cannot know: who watched when, lists of scanners, the number of the session. */
function comparable(answer: unknown): unknown {
  const { outageSeconds: _, addressesWatched: __, scanner: ___, session: ____, ...told } = answer as Loose;
  const list = (rows: unknown) => (Array.isArray(rows) ? rowsIn(rows) : rows);
  return Object.fromEntries(Object.entries(told).map(([name, rows]) => [name, list(rows)]));
}

/** Which of several with as many packets are the last of a group is nobody's business. */
function rowsIn(rows: readonly Loose[]): string[] {
  const least = rows.length === MOST_ROWS ? Math.min(...rows.map(({ packets }) => Number(packets))) : 0;
  const kept = rows.filter(({ packets }) => packets === undefined || Number(packets) > least);
  return kept.map((row) => JSON.stringify(Object.entries(withoutSketch(row)).sort())).sort();
}

/** Sources of payloads are sketched by a hash of each start, and a file has its name for a sensor. */
function withoutSketch(row: Loose): Loose {
  if (!('morePorts' in row || 'tool' in row)) return row;
  const { sources: _, sensors: __, sample: ___, ...rest } = row;
  return rest;
}
