/**
 * The demos, and whether they show what docs/views.md says: small in the test; `npm run pictures` makes those of
 * docs/pictures, and larger ones to look at in test-output/pictures.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserInstalled, openBrowser } from '../support/browser.ts';
import { projectFolder } from '../support/program.ts';
import { nextPicture, openDemo } from './demo-page.ts';
import { type Demo, demos } from './demos.ts';
import { type Light, takeStreakLight } from './picture-light.ts';
import { type Recording, recordScenario, type ScenarioRun } from './record-scenario.ts';

type Size = readonly [width: number, height: number];

const SMALL: Size = [640, 360];
const WALLS: readonly Size[] = [
  [1920, 1080],
  [3840, 2160],
];
/** `docs` makes the pictures of docs/pictures, `large` those for walls as well. */
const wanted = process.env.KURAYAMI_PICTURES ?? '';
const tried = join(projectFolder, 'test-output/pictures');
const recordings = new Map<ScenarioRun, Recording>();

/** Hues, in twelfths of the circle from red on. */
const YELLOW = 2;
const BLUE = 7;

/** What must be seen, by the demo's name. */
const shows: Readonly<Record<string, (light: Light) => void>> = {
  atlas(light) {
    const { left, right, top, bottom } = light.extent();
    expect(right - left).toBeGreaterThan(0.3);
    expect(bottom - top).toBeGreaterThan(0.4);
    expect(light.hues().size).toBeGreaterThan(4);
  },
  map(light) {
    const { left, right, top, bottom } = light.extent();
    expect(right - left).toBeGreaterThan(0.45);
    expect(bottom - top).toBeLessThan(0.55);
  },
  cube(light) {
    const [first, last] = heights(light);
    expect(first).toBeGreaterThan(0.15);
    expect(last).toBeGreaterThan(0.15);
    expect(light.hues().size).toBeGreaterThan(4);
  },
  hilbert(light) {
    const { left, right, top, bottom } = light.extent();
    expect(bottom - top).toBeGreaterThan(0.35);
    // The square of the slots is smaller than that of the sources.
    const upper = light.rows(top, top + 0.12).extent({ tail: 0.05 });
    expect(upper.right - upper.left).toBeLessThan(right - left);
  },
  /** From a point to an upright line. */
  'cube-fan'(light) {
    const [first, last] = heights(light);
    expect(first).toBeLessThan(0.12);
    expect(last).toBeGreaterThan(2 * first);
    expect(light.hues().get(BLUE)).toBeGreaterThan(0.6);
  },
  /** From a point to a level line, which the eye sees a little from above. */
  'cube-blade'(light) {
    const [first, last] = heights(light);
    expect(first).toBeLessThan(0.12);
    expect(last).toBeLessThan(0.2);
  },
  /** From everywhere to an upright line. */
  'cube-wall'(light) {
    const [first, last] = heights(light);
    expect(first).toBeGreaterThan(0.15);
    expect(last).toBeGreaterThan(0.15);
  },
  /** From a point to everywhere, yellow as SYN-ACK is. */
  'cube-cone'(light) {
    const [first, last] = heights(light);
    expect(first).toBeLessThan(0.12);
    expect(last).toBeGreaterThan(2 * first);
    expect(light.hues().get(YELLOW)).toBeGreaterThan(0.6);
  },
};

/** How high the light stands in the first and in the last fifth of its width. */
function heights(light: Light): [first: number, last: number] {
  const { left, right } = light.extent({ tail: 0.04 });
  const fifth = (right - left) / 5;
  return [left, right - fifth].map((from) => {
    const { top, bottom } = light.columns(from, from + fifth).extent({ tail: 0.15 });
    return bottom - top;
  }) as [number, number];
}

describe.skipIf(!browserInstalled)('demos', { timeout: wanted === 'large' ? 1_200_000 : 240_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    await mkdir(tried, { recursive: true });
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  async function show({ name, query, run, isBare }: Demo, [width, height]: Size, file: string): Promise<Light> {
    const recording = recordings.get(run) ?? (await recordScenario(run));
    recordings.set(run, recording);
    const demo = await openDemo({ browser, recording, scenario: run.scenario, query, width, height });
    try {
      if (isBare) await demo.page.keyboard.press('h');
      if (isBare) await nextPicture(demo.page);
      await demo.page.screenshot({ path: file });
      const light = await takeStreakLight(demo.page);
      expect(demo.problems, name).toEqual([]);
      return light;
    } finally {
      await demo.close();
    }
  }

  test.for(demos)('$name', async (demo) => {
    shows[demo.name]!(await show(demo, SMALL, join(tried, `${demo.name}.png`)));
    if (wanted !== '') await show(demo, demo.size, join(projectFolder, 'docs/pictures', `${demo.name}.png`));
    if (wanted !== 'large') return;
    for (const size of WALLS) await show(demo, size, join(tried, `${demo.name}-${size[1]}.png`));
  });
});
