/** What is named is what is seen: shaders draw streaks, and twins of them tell where they are. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserInstalled, openBrowser } from '../support/browser.ts';
import { type FewStreaks, NETWORK, openFewStreaks } from './few-streaks.ts';
import { takeStreakLight } from './picture-light.ts';

/** All that start within the first second are under way. */
const SECONDS = 1.7;
/** A spark is about five pixels across. */
const NEAR_PIXELS = 3;
const BRIGHT = 45;

const sparksOf = (page: Page, count: number) =>
  page.evaluate(
    (all) =>
      Array.from({ length: all }, (_, slot) => window.kurayami!.sparkPlace(slot)).filter((spark) => spark !== null),
    count,
  );

/** Slots of those that are about to land, and how far down in the picture they are. */
const landings = (page: Page, count: number) =>
  page.evaluate(
    (all) =>
      Array.from({ length: all }, (_, slot) => ({ slot, spark: window.kurayami!.sparkPlace(slot) })).flatMap(
        ({ slot, spark }) => (spark === null ? [] : [{ slot, y: spark.y, share: spark.share }]),
      ),
    count,
  );

function correlation(xs: readonly number[], ys: readonly number[]): number {
  const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
  const [mx, my] = [mean(xs), mean(ys)];
  const sum = (of: (at: number) => number) => xs.reduce((total, _, at) => total + of(at), 0);
  const [dx, dy] = [(at: number) => xs[at]! - mx, (at: number) => ys[at]! - my];
  return sum((at) => dx(at) * dy(at)) / Math.sqrt(sum((at) => dx(at) ** 2) * sum((at) => dy(at) ** 2));
}

describe.skipIf(!browserInstalled)('pointing', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  async function withFew(query: string, use: (few: FewStreaks) => Promise<void>): Promise<void> {
    const few = await openFewStreaks(browser, query);
    try {
      await few.setSeconds(SECONDS);
      await use(few);
      expect(few.problems).toEqual([]);
    } finally {
      await few.close();
    }
  }

  test.for([
    '',
    'height=port',
    'map=flat',
    'view=cube',
    'view=cube&ports=linear',
    'view=cube&port=0-10000&source=0.0.0.0/1',
    'view=cube&targets=address',
    'view=cube&targets=address&ports=linear',
    'view=hilbert',
  ])('the light is where the view says, and has a name: "%s"', async (query) => {
    await withFew(query, async ({ page, batch }) => {
      const light = await takeStreakLight(page);
      await page.evaluate(() => {
        for (const entry of document.querySelectorAll<HTMLElement>('.legend-entry')) entry.click();
      });
      const sparks = await sparksOf(page, batch.length);
      expect(sparks.length).toBeGreaterThan(query.includes('source=') ? 2 : 5);
      // What is about to land gives little light.
      for (const spark of sparks.filter(({ share }) => share < 0.85))
        expect(light.around(spark, NEAR_PIXELS), JSON.stringify(spark)).toBeGreaterThan(BRIGHT);

      const bright = light.brightest(150).slice(0, 40);
      expect(bright.length).toBeGreaterThan(5);
      // Light that is everywhere would prove nothing.
      expect(light.share(BRIGHT)).toBeLessThan(0.02);
      const picked = await page.evaluate(
        (places) => places.map(({ x, y }) => window.kurayami!.pick(x + 0.5, y + 0.5)),
        bright.map(({ x, y }) => ({ x, y })),
      );
      expect(picked.filter((slot) => typeof slot !== 'number')).toEqual([]);
      expect(await page.evaluate(() => window.kurayami!.pick(3, 3))).toBeNull();
    });
  });

  /** Puts the pointer on a streak that nothing lies over. */
  async function hover(page: Page, count: number): Promise<{ card: Locator; x: number; y: number }> {
    const free = await page.evaluate((all) => {
      const places = Array.from({ length: all }, (_, slot) => window.kurayami!.sparkPlace(slot));
      return places.find((place) => place && document.elementFromPoint(place.x, place.y)?.id === 'picture') ?? null;
    }, count);
    const { x, y } = free!;
    await page.mouse.move(x, y);
    const card = page.locator('.card-hover');
    await card.waitFor({ state: 'visible' });
    return { card, x, y };
  }

  test.for([
    { query: '', word: 'network' },
    { query: 'lang=ja', word: 'ネットワーク' },
  ])('its network is named, in the page with "$query", and markup in the name stays text', async ({ query, word }) => {
    await withFew(query, async ({ page, batch }) => {
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      const { card } = await hover(page, batch.length);
      const row = card.locator('.card-row', { has: page.locator(`dt:text-is("${word}")`) });
      await row.getByText(NETWORK.name).waitFor();
      expect(await row.textContent()).toBe(`${word}AS${NETWORK.asn} ${NETWORK.name}`);
      expect(await card.locator('b').count()).toBe(0);
      await page.mouse.move(3, 3);
      await card.waitFor({ state: 'hidden' });
      await hover(page, batch.length);
      expect(await row.textContent()).toContain(NETWORK.name);
      expect(asked.filter((path) => path.includes('networks'))).toEqual([`/api/v1/networks/${NETWORK.asn}`]);
    });
  });

  test('who is thanked by a link has one', async () => {
    await withFew('', async ({ page }) => {
      const link = page.locator('.credits a');
      expect(await link.getAttribute('href')).toBe('https://db-ip.com');
      expect(await page.locator('.credits').textContent()).toContain('networks: DB-IP (db-ip.com) · map');
    });
  });

  test('the pointer names a streak, a click pins its source, Escape lets go', async () => {
    await withFew('', async ({ page, batch }) => {
      const { card, x, y } = await hover(page, batch.length);
      const facts = await page.evaluate(() => window.kurayami!.state.hovered!.facts);
      const words = await card.textContent();
      expect(words).toContain(facts.source);
      expect(words).toMatch(new RegExp(`target port\\s*${facts.targetPort}`));
      expect(words).toMatch(/country\S+/);
      expect(words).toMatch(/ruleno rule/);

      await page.mouse.click(x, y);
      const pinned = page.locator('.card-pinned');
      await pinned.waitFor({ state: 'visible' });
      expect(await pinned.textContent()).toContain(facts.source);
      await pinned.getByText(`AS${NETWORK.asn} ${NETWORK.name}`).waitFor();
      await page.keyboard.press('Escape');
      await pinned.waitFor({ state: 'hidden' });

      await page.mouse.move(480, 40);
      await card.waitFor({ state: 'hidden' });
    });
  });

  test('by address, targets stand in their order, and a network of them fills the plane', async () => {
    await withFew('view=cube&targets=address', async (few) => {
      const { page, batch } = few;
      const { address } = await page.evaluate(() => ({ address: location.href }));
      await page.getByText('target address · 198.51.100.0/24').waitFor({ state: 'attached' });
      await few.setSeconds(2.05);
      const heights = await landings(page, batch.length);
      const byTarget = [...heights].sort((a, b) => batch.target![a.slot]! - batch.target![b.slot]!);
      expect(heights.length).toBeGreaterThan(5);
      // Upwards in the picture is towards smaller y; perspective bends it by less than two addresses differ here.
      expect(
        correlation(
          byTarget.map(({ slot }) => batch.target![slot]!),
          byTarget.map(({ y }) => -y),
        ),
      ).toBeGreaterThan(0.9);

      await page.locator('.cube-field input').last().fill('198.51.100.128/25');
      await page.getByText('target address · 198.51.100.128/25').waitFor({ state: 'attached' });
      await few.setSeconds(2.06);
      const upper = await landings(page, batch.length);
      expect(upper.map(({ slot }) => slot).sort((a, b) => a - b)).toEqual(
        heights.map(({ slot }) => slot).filter((slot) => batch.target![slot]! >= 0xc633_6480),
      );
      expect(upper.length).toBeGreaterThan(1);
      expect(page.url()).toBe(address);
    });
  });

  test('where nothing may move, streaks glow where they leave, and views are cut to', async () => {
    const few = await openFewStreaks(browser, 'map=flat', { reducedMotion: 'reduce' });
    try {
      const { page } = few;
      await few.setSeconds(1.6);
      expect(await page.evaluate(() => window.kurayami!.state.rotating)).toBe(false);
      const frames = await page.evaluate(() => window.kurayami!.picture.frames);
      await page.keyboard.press('2');
      // The view is cut to with the next picture.
      await page.waitForFunction((before) => window.kurayami!.picture.frames > before + 1, frames);
      expect(await page.evaluate(() => window.kurayami!.picture.isFlying)).toBe(false);
      await page.keyboard.press('1');
      await few.setSeconds(1.7);
      const before = (await takeStreakLight(page)).brightest(120);
      expect(before.length).toBeGreaterThan(5);
      await page.evaluate(() => {
        for (const entry of document.querySelectorAll<HTMLElement>('.legend-entry')) entry.click();
      });
      await page.keyboard.press('h');
      await few.setSeconds(2.5);
      const after = await takeStreakLight(page);
      for (const place of before) expect(after.around(place, 2)).toBeGreaterThan(60);
    } finally {
      await few.close();
    }
  });
});
