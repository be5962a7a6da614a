/** Opens a page for measuring: nothing is drawn, callbacks are timed, and the load is steady before it is handed over. */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { stubDraws, timeFrames } from './in-page.ts';
import { IN_FLIGHT, SLOWNESS, STEADY_SECONDS } from './load.ts';

export interface BenchPage {
  readonly page: Page;
  readonly session: CDPSession;
}

const SIZE = { width: 1280, height: 720 };

export async function openBenchPage(browser: Browser, url: string, draws = false): Promise<BenchPage> {
  const page = await browser.newPage({ viewport: SIZE });
  page.on('pageerror', (error) => console.error(`✗ ${error.message}`));
  page.on('console', (message) => {
    // There is no API here to ask for the past.
    if (message.type() === 'error' && !message.text().includes('404')) console.error(`✗ ${message.text()}`);
  });
  if (!draws) await page.addInitScript(stubDraws);
  await page.addInitScript(timeFrames);
  await page.goto(url);
  const session = await page.context().newCDPSession(page);
  return { page, session };
}

/** The whole page in a view, at 100 thousand streaks in flight. */
export async function openScene(browser: Browser, url: string, view: string): Promise<BenchPage> {
  const opened = await openBenchPage(browser, `${url}viz/?quality=high&lang=en&view=${view}`);
  await opened.page.waitForFunction(() => window.kurayami?.state.totals != null);
  await opened.page.evaluate((slowness) => {
    const begin = performance.now();
    window.kurayami!.setClock(() => ((performance.now() - begin) / 1000) * slowness);
  }, SLOWNESS);
  await opened.page.waitForTimeout(STEADY_SECONDS * 1000);
  const inFlight = await opened.page.evaluate(() => window.kurayami!.inFlight());
  if (Math.abs(inFlight / IN_FLIGHT - 1) > 0.05) console.error(`✗ ${inFlight} in flight instead of ${IN_FLIGHT}`);
  return opened;
}

/** Where the time goes, for a browser's developer tools. */
export async function profile({ page, session }: BenchPage, seconds: number): Promise<string> {
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: 100 });
  await session.send('Profiler.start');
  await page.waitForTimeout(seconds * 1000);
  const { profile: samples } = await session.send('Profiler.stop');
  await session.send('Profiler.disable');
  return JSON.stringify(samples);
}
