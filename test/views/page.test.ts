/** From pixel to packet: a capture is read, a browser shows it, and the ledger says that nothing is missing. */
import { mkdir, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledgerAtRest, ledgerOf } from '../support/api.ts';
import { browserInstalled, countColours, openBrowser, openPage } from '../support/browser.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, projectFolder, runProgram, until } from '../support/program.ts';

const pictures = join(projectFolder, 'test-output/pictures');
const WIDTH = 1280;
const HEIGHT = 720;

interface PageFacts {
  ledger: { received: number; drawn: number; expired: number; waiting: number; badFrames: number };
  streaksDrawn: number;
  inFlight: number;
}

/** What `window.kurayami` tells tests. */
function factsOf(page: Page): Promise<PageFacts> {
  return page.evaluate(() => {
    const { kurayami } = window as unknown as {
      kurayami: { ledger(): PageFacts['ledger']; streaksDrawn(): number; inFlight(): number };
    };
    return { ledger: kurayami.ledger(), streaksDrawn: kurayami.streaksDrawn(), inFlight: kurayami.inFlight() };
  });
}

/** Status of a request with headers that `fetch` would not let one set. */
function statusWith(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(`${url}/api/v1/health`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

if (!browserInstalled) console.warn('Chromium is not installed: the tests of the page are skipped');

describe.skipIf(!browserInstalled)('the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  test('a capture flies, and the ledger balances from pixel to packet', async () => {
    const folder = await testFolder();
    const capture = join(folder, 'made.pcap');
    expect(
      (await program(['simulate', '--rate', '150', '--duration', '20', '--seed', '3', '--out', capture])).code,
    ).toBe(0);
    const running = runProgram([
      'start',
      '--port',
      '0',
      '--data',
      join(folder, 'data'),
      '--read',
      capture,
      '--speed',
      '0.8',
    ]);
    const url = await addressOf(running);
    const { page, problems } = await openPage(browser, `${url}/`, WIDTH, HEIGHT);

    await until(
      'streaks in the air',
      () => factsOf(page),
      ({ streaksDrawn, inFlight }) => streaksDrawn > 200 && inFlight > 50,
    );
    const globe = { x: WIDTH / 2 - 200, y: 100, width: 400, height: 400 };
    expect(await countColours(page, globe)).toBeGreaterThan(500);
    await page.screenshot({ path: join(pictures, 'replay.png') });
    expect(await page.getByText('REPLAY').first().isVisible()).toBe(true);

    const ledger = await ledgerAtRest(url, 90_000);
    const { counts, server } = ledger.sensors[0]!;
    expect(counts.captured).toBeGreaterThan(2_000);
    expect(server.packetsStored).toBe(counts.captured);

    // What the server sent to this page is what arrived, and that is what was drawn or has expired.
    const facts = await until(
      'the last streaks',
      () => factsOf(page),
      (now) => now.ledger.waiting === 0 && now.inFlight === 0,
      30_000,
    );
    const [viewer] = (await ledgerOf(url)).viewers;
    expect(viewer).toMatchObject({ offered: viewer!.sent + viewer!.sampledOut + viewer!.filteredOut });
    expect(facts.ledger.received).toBe(viewer!.sent);
    expect(facts.ledger.drawn + facts.ledger.expired).toBe(facts.ledger.received);
    expect(facts.ledger.badFrames).toBe(0);
    expect(await page.getByText('balances to the packet').isVisible()).toBe(true);
    expect(problems).toEqual([]);
    await page.close();
    await interrupt(running);
  });

  test('simulated traffic says so, in English and Japanese; the server may go and come back', async () => {
    const folder = await testFolder();
    // A file that the store does not know: the page has words for what the store meets.
    const strange = join(folder, 'data/flows/session=9/dt=2020-01-01/hh=00');
    await mkdir(strange, { recursive: true });
    await writeFile(join(strange, 'flows4.parquet'), 'no flows');
    const words = ['start', '--data', join(folder, 'data'), '--rate', '300'];
    const first = runProgram([...words, '--port', '0']);
    const url = await addressOf(first);
    const { page } = await openPage(browser, `${url}/?lang=ja`, WIDTH, HEIGHT);
    await until(
      'streaks',
      () => factsOf(page),
      ({ streaksDrawn }) => streaksDrawn > 300,
    );
    // The first totals may come behind the first streaks.
    await page.getByText('模擬データ').first().waitFor();
    await page.getByText('データベースにないフローファイル').waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('ja');
    await page.screenshot({ path: join(pictures, 'japanese.png') });

    await interrupt(first);
    const second = runProgram([...words, '--port', new URL(url).port]);
    await addressOf(second);
    await until(
      'streaks of the new session, without a reload',
      () => factsOf(page),
      ({ ledger, streaksDrawn }) => ledger.received > 0 && streaksDrawn > 100,
      60_000,
    );
    await until(
      'the first session among those recorded before',
      async () => page.locator('.recorded-row').count(),
      (rows) => rows === 1,
      90_000,
    );
    await page.close();
    await interrupt(second);
  });

  test('a viewer is not shown targets, and other web sites are refused', async () => {
    const folder = await testFolder();
    const running = runProgram(['start', '--port', '0', '--data', join(folder, 'data'), '--rate', '500']);
    const url = await addressOf(running);
    await until(
      'flows',
      () => ledgerOf(url),
      ({ sensors }) => (sensors[0]?.server.packetsStored ?? 0) > 500,
    );
    const flows = await (await fetch(`${url}/api/v1/flows?limit=50`)).text();
    expect(JSON.parse(flows).flows.length).toBe(50);
    // The simulated darknet is 198.18.0.0/16: no address of it may be in what a viewer is told.
    expect(flows).not.toMatch(/198\.18\.|2001:db8/);
    for (const path of ['ledger', 'sensors', 'sessions', 'top?by=source', 'health']) {
      expect(await (await fetch(`${url}/api/v1/${path}`)).text(), path).not.toMatch(/198\.18\.|2001:db8/);
    }
    const made = await program(['token', 'add', '--role', 'analyst', '--name', 'Aoi', '--data', join(folder, 'data')]);
    const analyst = { authorization: `Bearer ${made.stdout.trim()}` };
    expect(await (await fetch(`${url}/api/v1/flows?limit=50`, { headers: analyst })).text()).toMatch(/198\.18\./);
    expect((await fetch(`${url}/api/v1/flows`, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect(await statusWith(url, { host: 'evil.example' })).toBe(403);
    expect(await statusWith(url, { origin: 'https://evil.example' })).toBe(403);
    await interrupt(running);
  });
});
