/** The whole page in each view: what a frame costs the main thread, and how many draw calls it makes. */
import { writeFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { openBenchPage, openScene, profile } from './bench-page.ts';
import { median, quantile, table, tell } from './figures.ts';
import { type FrameCosts, measureFrames } from './frame-costs.ts';

export const VIEWS = ['atlas', 'cube'] as const;
const TARGET = { median: 2, p99: 8, drawCalls: 8 };

export async function benchPage(browser: Browser, url: string, seconds: number, profileFolder: string): Promise<void> {
  const rows: string[][] = [];
  for (const [name, draws] of [
    ['no picture at all', false],
    ['a canvas that is cleared, and read back for want of a graphics card', true],
  ] as const) {
    tell(name);
    const { page } = await openBenchPage(browser, `${url}blank/`, draws);
    await page.waitForTimeout(2000);
    rows.push(rowOf(name, await measureFrames(browser, page, seconds), ''));
    await page.close();
  }
  for (const view of VIEWS) {
    tell(`whole page, ${view}`);
    const opened = await openScene(browser, url, view);
    const costs = await measureFrames(browser, opened.page, seconds);
    const drawCalls = await opened.page.evaluate(() => window.kurayami!.picture.drawCalls);
    if (profileFolder !== '') await writeFile(`${profileFolder}/page-${view}.cpuprofile`, await profile(opened, 5));
    await opened.page.close();
    rows.push(rowOf(`whole page, ${view}`, costs, String(drawCalls)));
  }
  table(
    ['main thread, processor ms a frame', 'median', 'p99', 'most', 'of that in callbacks', 'frames/s', 'draw calls'],
    rows,
  );
  console.log(
    `Targets: median under ${TARGET.median} ms, p99 under ${TARGET.p99} ms, at most ${TARGET.drawCalls} draw calls a view.\n`,
  );
}

function rowOf(name: string, { threadCpu, callbackCpu, framesPerSecond }: FrameCosts, drawCalls: string): string[] {
  return [
    name,
    median(threadCpu).toFixed(2),
    quantile(threadCpu, 0.99).toFixed(2),
    Math.max(...threadCpu).toFixed(1),
    `${median(callbackCpu).toFixed(2)} / ${quantile(callbackCpu, 0.99).toFixed(2)}`,
    framesPerSecond.toFixed(0),
    drawCalls,
  ];
}
