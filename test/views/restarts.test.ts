/** A night of restarts of the real server: the page that stayed open is right without a reload, and has grown by nothing. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, type RunningProgram, runProgram, until } from '../support/program.ts';

/** For a whole night: KURAYAMI_RESTARTS=20. */
const RESTARTS = Number(process.env.KURAYAMI_RESTARTS ?? 4);
/** A busy machine takes its time, above all for the first start. */
const START_MILLISECONDS = 120_000;
/** From this one on the server has lost all its data. */
const LOST_AT = Math.ceil(RESTARTS / 2);
/** After so many the page has met all there is, and what it holds is compared. */
const SETTLED_AT = 3;

interface Held {
  readonly nodes: number;
  readonly listeners: number;
  readonly heapBytes: number;
}

/** What the page holds, after rubbish was collected. */
async function heldBy(page: Page): Promise<Held> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  for (let pass = 0; pass < 2; pass++) await session.send('HeapProfiler.collectGarbage');
  const { nodes, jsEventListeners: listeners } = await session.send('Memory.getDOMCounters');
  const { usedSize: heapBytes } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return { nodes, listeners, heapBytes };
}

/** What the page says, without the figures that run on. */
const skeleton = (page: Page) =>
  page.evaluate(() => {
    const { state } = window.kurayami!;
    const texts = (selector: string) =>
      [...document.querySelectorAll(selector)].map(({ textContent }) => textContent ?? '');
    return {
      connection: state.connection,
      session: state.totals!.session,
      sensors: state.totals!.sensors.map(({ name, state: is, link }) => `${name} ${is} ${link}`),
      recorded: state.recorded.sessions.map(({ id, packets }) => `${id} ${packets}`),
      problem: state.problem,
      versions: state.versions,
      words: [...texts('.badge:not([hidden])'), ...texts('.conditions:not([hidden]) li'), ...texts('.ledger .stage')],
      badFrames: state.page.badFrames,
      ledger: texts('.verdict').map((words) => words.split('·')[0]!.trim()),
    };
  });

describe.skipIf(!browserInstalled)('a night of restarts', { timeout: 900_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  test(`${RESTARTS} restarts, one of them without its data: the page is as a new one would be`, async () => {
    const data = join(await testFolder(), 'data');
    const start = (port: string) => runProgram(['start', '--port', port, '--data', data, '--rate', '40']);
    let running: RunningProgram = start('0');
    const url = await addressOf(running, START_MILLISECONDS);
    const { port } = new URL(url);
    const { page, problems } = await openPage(browser, `${url}/?quality=low&filter=tcp`, 800, 450);
    const beginOf = () => page.evaluate(() => window.kurayami?.state.totals?.session.beginSeconds ?? null);
    const settled = (before: number | null) =>
      until(
        'the new session on the page',
        async () => [await beginOf(), await page.evaluate(() => window.kurayami?.state.connection)] as const,
        ([begin, connection]) => begin !== null && begin !== before && connection === 'connected',
        90_000,
      );
    // Lists that are still short would make what is held later look like growth.
    const heldWhenFull = async () => {
      await page.waitForFunction(() => window.kurayami!.ledger().received > 200, null, { timeout: 60_000 });
      return heldBy(page);
    };
    await settled(null);
    let first: Held | null = null;
    for (let restart = 1; restart <= RESTARTS; restart++) {
      const before = await beginOf();
      // As an operator stops it, and as a power cut does.
      if (restart % 2 === 0) await interrupt(running);
      else {
        running.process.kill('SIGKILL');
        await running.finished;
      }
      if (restart === LOST_AT) await rm(data, { recursive: true });
      running = start(port);
      await addressOf(running, START_MILLISECONDS);
      await settled(before);
      if (restart === SETTLED_AT) first = await heldWhenFull();
    }
    const last = await heldWhenFull();
    console.log(`held: ${JSON.stringify(first)} after ${SETTLED_AT}, ${JSON.stringify(last)} after ${RESTARTS}`);
    // A connection has three: as many as one a restart would show, those of the last few may not be collected yet.
    expect(last.listeners).toBeLessThanOrEqual(first!.listeners + 12);
    expect(last.nodes).toBeLessThanOrEqual(first!.nodes * 1.2);
    expect(last.heapBytes).toBeLessThanOrEqual(first!.heapBytes * 1.3);

    const { page: fresh } = await openPage(browser, `${url}/?quality=low&filter=tcp`, 800, 450);
    await fresh.waitForFunction(() => window.kurayami?.state.recorded.sessions.length, null, { timeout: 60_000 });
    await expect.poll(async () => skeleton(page), { timeout: 90_000 }).toEqual(await skeleton(fresh));
    // The figures are the same as well: both are told of one session, within the time between two totals.
    const packets = (one: Page) => one.evaluate(() => window.kurayami!.state.totals!.totals.packets);
    const [there, here] = [await packets(fresh), await packets(page)];
    expect(here).toBeGreaterThanOrEqual(there);
    expect(here - there).toBeLessThan(40 * 10);
    // What the browser says of a server that is away is none of ours.
    expect(problems.filter((problem) => !/ERR_CONNECTION|WebSocket|Failed to load/.test(problem))).toEqual([]);
    await fresh.close();
    await page.close();
    await interrupt(running);
  });
});
