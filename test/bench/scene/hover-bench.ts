/** How long it takes to tell which streak the pointer is on. */
import type { Browser, Page } from 'playwright-core';
import { openScene } from './bench-page.ts';
import { median, quantile, table, tell } from './figures.ts';
import { VIEWS } from './page-bench.ts';

const POINTS = 200;
const COLD_TIMES = 8;
const TARGET_MILLISECONDS = 20;

interface Pick {
  /** Of the timer in whose task it ran. */
  readonly timer: number;
  readonly wall: number;
  readonly found: boolean;
}

export async function benchHover(browser: Browser, url: string): Promise<void> {
  const rows: string[][] = [];
  for (const view of VIEWS) {
    tell(`hovering, ${view}`);
    const { page } = await openScene(browser, url, view);
    await pick(page, 5);
    const cold: Pick[] = [];
    await browser.startTracing(page, { categories: ['devtools.timeline'] });
    for (let time = 0; time < COLD_TIMES; time++) {
      await forgetWays(page);
      cold.push(...(await pick(page, 1)));
    }
    const warm = await pick(page, POINTS);
    const cpu = timerTasks((await browser.stopTracing()).toString());
    await page.close();
    const cpuOf = (picks: readonly Pick[]) => picks.flatMap(({ timer }) => cpu.get(timer) ?? []);
    const wallOf = (picks: readonly Pick[]) => picks.map(({ wall }) => wall);
    rows.push([
      view,
      spread(cpuOf(cold)),
      spread(wallOf(cold)),
      spread(cpuOf(warm)),
      spread(wallOf(warm)),
      `${warm.filter(({ found }) => found).length} of ${POINTS}`,
    ]);
  }
  table(
    ['hover at 100k, ms, median / p95', 'first after a change, processor', 'wall', 'then, processor', 'wall', 'found'],
    rows,
  );
  console.log(`Target: within ${TARGET_MILLISECONDS} ms.\n`);
}

const spread = (values: readonly number[]) => `${median(values).toFixed(1)} / ${quantile(values, 0.95).toFixed(1)}`;

/** Processor milliseconds of each timer's task. */
function timerTasks(trace: string): Map<number, number> {
  type Event = { name: string; tdur?: number; args: { data?: { timerId?: number } } };
  const { traceEvents } = JSON.parse(trace) as { traceEvents: Event[] };
  const tasks = traceEvents.filter(({ name }) => name === 'TimerFire');
  return new Map(tasks.map(({ tdur = 0, args }) => [args.data?.timerId ?? 0, tdur / 1000]));
}

/** A flight to the other view and back: ways that were worked out no longer hold. The exact clock flies at once. */
async function forgetWays(page: Page): Promise<void> {
  const settled = async () => {
    const { frames } = await page.evaluate(() => ({ frames: window.kurayami!.picture.frames }));
    await page.waitForFunction((before) => window.kurayami!.picture.frames > before + 2, frames);
  };
  const shown = await page.evaluate(() => window.kurayami!.state.settings.view);
  const [own, other] = shown === 'atlas' ? ['1', '2'] : ['2', '1'];
  await page.keyboard.press(other!);
  await settled();
  await pick(page, 1);
  await page.keyboard.press(own!);
  await settled();
}

/** Points of an even pattern over the middle of the picture, each in a task of its own. */
function pick(page: Page, points: number): Promise<Pick[]> {
  return page.evaluate(async (count) => {
    const picks: Pick[] = [];
    for (let point = 0; point < count; point++) {
      const [x, y] = [400 + 480 * ((point * 0.618034) % 1), 120 + 400 * ((point + 0.5) / count)];
      await new Promise<void>((resolve) => {
        const timer = Number(
          setTimeout(() => {
            const started = performance.now();
            const slot = window.kurayami!.pick(x, y);
            picks.push({ timer, wall: performance.now() - started, found: typeof slot === 'number' });
            resolve();
          }),
        );
      });
    }
    return picks;
  }, points);
}
