/**
 * What a picture takes where no graphics card draws it: the streak layer alone against deck.gl's ArcLayer with as many arcs,
 * really drawn, on pages of their own, in turn. Pictures then come as fast as they are done.
 */
import type { Browser, Page } from 'playwright-core';
import { openBenchPage } from './bench-page.ts';
import { median, table, tell } from './figures.ts';
import { STEADY_SECONDS } from './load.ts';

const STREAKS = 3_500;
const CONTESTANTS = [
  { name: 'streak layer, Atlas, lowest quality', path: `streaks/?quality=low&streaks=${STREAKS}#atlas` },
  { name: 'streak layer, Cube, lowest quality', path: `streaks/?quality=low&streaks=${STREAKS}#cube` },
  { name: 'streak layer, Atlas, highest quality', path: `streaks/?streaks=${STREAKS}#atlas` },
  { name: 'deck.gl ArcLayer, own buffers', path: `deck/?arcs=${STREAKS}#buffers` },
] as const;
const OURS = CONTESTANTS[0].name;
const ROUNDS = 3;

export async function benchPicture(browser: Browser, url: string, seconds: number): Promise<void> {
  const milliseconds = new Map<string, number[]>(CONTESTANTS.map(({ name }) => [name, []]));
  for (let round = 1; round <= ROUNDS; round++)
    for (const { name, path } of CONTESTANTS) {
      tell(`${name}, drawn in software, ${round} of ${ROUNDS}`);
      const { page } = await openBenchPage(browser, url + path, true);
      await page.waitForTimeout(STEADY_SECONDS * 1000);
      tell(`${await page.evaluate(() => document.body.dataset.inFlight)} in flight`);
      milliseconds.get(name)!.push(...(await timesBetween(page, seconds)));
      await page.close();
    }
  const ours = median(milliseconds.get(OURS)!);
  table(
    [`a picture of ${STREAKS} streaks in software, ms`, 'median', 'the first = 1'],
    [...milliseconds].map(([name, times]) => [
      name,
      median(times).toFixed(0),
      name === OURS ? '' : `${(median(times) / ours).toFixed(1)} ×`,
    ]),
  );
}

/** Milliseconds from one picture to the next. */
async function timesBetween(page: Page, seconds: number): Promise<number[]> {
  const at = await page.evaluate(async (wait) => {
    window.benchFrames = [];
    await new Promise((resolve) => setTimeout(resolve, wait));
    return window.benchFrames.map((frame) => frame.at);
  }, seconds * 1000);
  return at.slice(1).map((time, index) => time - at[index]!);
}
