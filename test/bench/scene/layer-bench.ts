/** The streak layer alone against deck.gl's ArcLayer, each on a page of its own, in turn. */
import { writeFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { openBenchPage, profile } from './bench-page.ts';
import { median, quantile, table, tell } from './figures.ts';
import { type FrameCosts, measureFrames } from './frame-costs.ts';
import { STEADY_SECONDS } from './load.ts';

const CONTESTANTS = [
  { name: 'no picture at all', path: 'blank/', kind: 'floor' },
  { name: 'streak layer, Atlas', path: 'streaks/#atlas', kind: 'ours' },
  { name: 'streak layer, Cube', path: 'streaks/#cube', kind: 'ours' },
  { name: 'deck.gl ArcLayer, own buffers, parts written at every frame', path: 'deck/#buffers', kind: 'theirs' },
  { name: 'deck.gl ArcLayer, typed arrays, new data ten times a second', path: 'deck/#columns', kind: 'theirs' },
] as const;

interface Result {
  readonly name: string;
  readonly kind: (typeof CONTESTANTS)[number]['kind'];
  readonly costs: PooledCosts;
}

interface PooledCosts {
  readonly callbackWall: number[];
  readonly callbackCpu: number[];
  readonly framesPerSecond: number[];
}

const noCosts = (): PooledCosts => ({ callbackWall: [], callbackCpu: [], framesPerSecond: [] });

function addCosts(pool: PooledCosts, { callbackWall, callbackCpu, framesPerSecond }: FrameCosts): void {
  pool.callbackWall.push(...callbackWall);
  pool.callbackCpu.push(...callbackCpu);
  pool.framesPerSecond.push(framesPerSecond);
}

/** Each contestant has several turns, so that what else the machine does meets all of them. */
const ROUNDS = 3;

export async function benchLayer(browser: Browser, url: string, seconds: number, profileFolder: string): Promise<void> {
  const results = CONTESTANTS.map(({ name, kind }) => ({ name, kind, costs: noCosts() }));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [index, { name, path, kind }] of CONTESTANTS.entries()) {
      tell(`${name}, ${round} of ${ROUNDS}`);
      const opened = await openBenchPage(browser, url + path);
      await opened.page.waitForTimeout((kind === 'ours' ? STEADY_SECONDS : 3) * 1000);
      tell(`${await opened.page.evaluate(() => document.body.dataset.inFlight)} in flight`);
      addCosts(results[index]!.costs, await measureFrames(browser, opened.page, seconds));
      if (profileFolder !== '' && round === ROUNDS)
        await writeFile(`${profileFolder}/${path.replace(/\W+/g, '-')}.cpuprofile`, await profile(opened, 4));
      await opened.page.close();
    }
  }
  table(
    ['JavaScript of a frame, ms', 'wall, median / p99', 'ours = 1', 'processor, median / p99', 'ours = 1', 'frames/s'],
    results.map((result) => rowOf(result, results)),
  );
  console.log("Ours is the dearer view's; in brackets: beyond what asking for the next frame costs any page.\n");
}

function rowOf({ name, kind, costs }: Result, results: readonly Result[]): string[] {
  const cells = (['callbackWall', 'callbackCpu'] as const).flatMap((clock) => {
    const dearest = (wanted: Result['kind']) =>
      Math.max(...results.filter((other) => other.kind === wanted).map((other) => median(other.costs[clock])));
    const [floor, own, all] = [dearest('floor'), dearest('ours'), median(costs[clock])];
    const ratio = `${(all / own).toFixed(1)} × (${((all - floor) / (own - floor)).toFixed(1)} ×)`;
    return [`${all.toFixed(3)} / ${quantile(costs[clock], 0.99).toFixed(2)}`, kind === 'theirs' ? ratio : ''];
  });
  return [name, ...cells, median(costs.framesPerSecond).toFixed(0)];
}
