/** What a viewer can do with the picture, in a real browser: views, colours, the Cube's form, pause; and what may befall it. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { startFakeFeed } from './fake-feed.ts';
import { openFewStreaks } from './few-streaks.ts';
import type { PageServer } from './page-server.ts';
import { bare, type Light, takeLight } from './picture-light.ts';

const WIDTH = 960;
const HEIGHT = 540;
const MOST_DRAW_CALLS = 8;

const settingsOf = (page: Page) => page.evaluate(() => window.kurayami!.state.settings);
const factsOf = (page: Page) => page.evaluate(() => window.kurayami!.picture);
const received = (page: Page) => page.evaluate(() => window.kurayami!.ledger().received);
const rest = (page: Page) => page.waitForFunction(() => !window.kurayami!.picture.isFlying, null, { timeout: 60_000 });

/** Mean difference of two pictures, in both directions. */
function apart(one: Light, other: Light): number {
  return one.beyond(other).share(24) + other.beyond(one).share(24);
}

describe.skipIf(!browserInstalled)('the scene', () => {
  let browser: Browser;
  let feed: PageServer;
  beforeAll(async () => {
    browser = await openBrowser();
    const session = { kind: 'simulated', name: 'fake', clock: { mode: 'live', speed: 1 } } as const;
    feed = await startFakeFeed({ port: 0, rate: 120, session });
  });
  afterAll(async () => {
    await browser?.close();
    await feed?.close();
  });

  /** A page whose picture runs and shows something; no error may be in its console at the end. */
  async function withPage(query: string, use: (page: Page) => Promise<void>, prepare?: () => void): Promise<void> {
    const context = await browser.newContext();
    if (prepare) await context.addInitScript(prepare);
    const { page, problems } = await openPage(context, `${feed.url}?${query}`, WIDTH, HEIGHT, 'full');
    try {
      await page.waitForFunction(() => window.kurayami!.ledger().received > 30);
      await use(page);
      expect(problems).toEqual([]);
    } finally {
      await context.close();
    }
  }

  test('the picture flies from view to view without a jump, and rests in few draw calls', async () => {
    await withPage('', async (page) => {
      await bare(page);
      await page.keyboard.press('Space');
      await page.keyboard.press('a');
      expect((await factsOf(page)).drawCalls).toBeLessThanOrEqual(MOST_DRAW_CALLS);
      const atlas = await takeLight(page);
      await page.keyboard.press('2');
      const underway: Light[] = [];
      do underway.push(await takeLight(page));
      while ((await factsOf(page)).isFlying && underway.length < 40);
      await rest(page);
      const cube = await takeLight(page);
      expect((await factsOf(page)).drawCalls).toBeLessThanOrEqual(MOST_DRAW_CALLS);
      expect(apart(atlas, cube)).toBeGreaterThan(0.02);
      // Somewhere on the way it is neither the one nor the other.
      const between = underway.filter((light) => apart(light, atlas) > 0.004 && apart(light, cube) > 0.004);
      expect(between.length).toBeGreaterThan(0);

      // Back, and told otherwise while under way: it ends where it was sent last.
      await page.keyboard.press('1');
      await page.keyboard.press('2');
      await page.keyboard.press('1');
      await rest(page);
      expect((await settingsOf(page)).view).toBe('atlas');
      expect(apart(await takeLight(page), atlas)).toBeLessThan(apart(atlas, cube) / 4);
    });
  });

  test('keys choose map, height and colours; the address keeps them, and a reload shows the same', async () => {
    await withPage('', async (page) => {
      const legend = page.locator('.legend-name');
      await expect.poll(() => legend.allTextContents()).toContain('TCP SYN');
      for (const key of ['m', 'p', 'c']) await page.keyboard.press(key);
      await expect.poll(() => legend.allTextContents()).toContain('23');
      const chosen = await settingsOf(page);
      expect(chosen).toMatchObject({ view: 'atlas', flat: true, heightBy: 'port', colourBy: 'port' });
      await expect.poll(() => new URL(page.url()).search).toBe('?map=flat&height=port&colour=port');
      await page.reload();
      await page.waitForFunction(() => window.kurayami?.state.totals);
      expect(await settingsOf(page)).toEqual(chosen);
      await page.keyboard.press('c');
      await expect.poll(() => legend.allTextContents()).toContain('China');
      await page.keyboard.press('c');
      await expect.poll(() => legend.allTextContents()).toContain('none, or another rule');
      await page.keyboard.press('c');
      await expect.poll(() => legend.allTextContents()).toContain('amplification probe');
      await page.keyboard.press('c');
      for (const key of ['m', 'p']) await page.keyboard.press(key);
      await expect.poll(() => new URL(page.url()).search).toBe('');
    });
  });

  test('an arrow that follows the key of a view turns that view, however late its picture comes', async () => {
    await withPage('camera=25,100,1.1', async (page) => {
      await page.waitForFunction(() => window.kurayami!.picture.frames > 1);
      const turned = await page.evaluate(() => {
        const press = (key: string) => window.dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }));
        press('2');
        const before = window.kurayami!.camera()!;
        press('ArrowRight');
        const after = window.kurayami!.camera()!;
        return { view: window.kurayami!.state.settings.view, held: [before.held, after.held] };
      });
      expect(turned).toEqual({ view: 'cube', held: [false, true] });
    });
  });

  test('a colour of the legend is a switch', async () => {
    const few = await openFewStreaks(browser, 'view=cube');
    try {
      const { page } = few;
      await few.setSeconds(1.7);
      const entry = page.locator('.legend-entry').first();
      expect(await entry.getAttribute('aria-pressed')).toBe('true');
      await bare(page);
      const all = await takeLight(page);
      await page.evaluate(() => document.querySelector<HTMLElement>('.legend-entry')!.click());
      await few.setSeconds(1.7);
      expect(await entry.getAttribute('aria-pressed')).toBe('false');
      const fewer = await takeLight(page);
      expect(all.beyond(fewer).brightest(80).length).toBeGreaterThan(20);
      expect(fewer.beyond(all).brightest(80).length).toBe(0);
    } finally {
      await few.close();
    }
  });

  test('the Cube shows the ports that are asked for, and takes no nonsense', async () => {
    await withPage('view=cube', async (page) => {
      const ports = page.getByLabel('ports', { exact: true });
      await ports.fill('0-1023');
      await expect.poll(async () => (await settingsOf(page)).cube.ports).toEqual([0, 1023]);
      await expect.poll(() => page.locator('.label-axis').allTextContents()).toContain('1023');
      await expect.poll(() => new URL(page.url()).searchParams.get('port')).toBe('0-1023');
      for (const nonsense of ['1023-0', '70000', 'http', '1-']) {
        await ports.fill(nonsense);
        expect(await ports.getAttribute('aria-invalid'), nonsense).toBe('true');
        expect((await settingsOf(page)).cube.ports, nonsense).toEqual([0, 1023]);
      }
      await ports.fill('');
      expect(await ports.getAttribute('aria-invalid')).toBe('false');
      expect((await settingsOf(page)).cube.ports).toEqual([0, 65_535]);
      const sources = page.getByLabel('sources', { exact: true });
      await sources.fill('192.0.2.0/33');
      expect(await sources.getAttribute('aria-invalid')).toBe('true');
      await sources.fill('192.0.0.0/8');
      await expect.poll(() => new URL(page.url()).searchParams.get('source')).toBe('192.0.0.0/8');
    });
  });

  test('a pause holds the picture while counting goes on', async () => {
    await withPage('view=cube', async (page) => {
      await bare(page);
      await page.keyboard.press('Space');
      await page.waitForTimeout(300);
      const [held, before] = [await takeLight(page), await received(page)];
      await page.waitForFunction((count) => window.kurayami!.ledger().received > count + 50, before);
      expect(apart(await takeLight(page), held)).toBe(0);
      await page.keyboard.press('Space');
      await expect.poll(async () => apart(await takeLight(page), held), { timeout: 20_000 }).toBeGreaterThan(0.001);
    });
  });

  test('the graphics card may be taken away and come back; a hidden tab rests', async () => {
    await withPage('', async (page) => {
      await page.evaluate(() => {
        const gl = document.querySelector<HTMLCanvasElement>('#picture')!.getContext('webgl2')!;
        Object.assign(window, { card: gl.getExtension('WEBGL_lose_context') });
        (window as unknown as { card: WEBGL_lose_context }).card.loseContext();
      });
      const notice = page.locator('.notice');
      await expect.poll(() => notice.textContent()).toContain('comes back by itself');
      const before = await received(page);
      await page.waitForFunction((count) => window.kurayami!.ledger().received > count + 20, before);
      await page.evaluate(() => (window as unknown as { card: WEBGL_lose_context }).card.restoreContext());
      await page.waitForFunction(() => window.kurayami!.state.picture === 'running');
      await page.waitForTimeout(1_500);
      await bare(page);
      expect((await takeLight(page)).brightest(150).length).toBeGreaterThan(50);

      const hide = (hidden: boolean) =>
        page.evaluate((isHidden) => {
          Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }, hidden);
      await hide(true);
      await page.waitForTimeout(200);
      const { frames } = await factsOf(page);
      const counted = await received(page);
      await page.waitForFunction((count) => window.kurayami!.ledger().received > count + 40, counted, { polling: 100 });
      expect((await factsOf(page)).frames).toBe(frames);
      await hide(false);
      await page.waitForFunction((count) => window.kurayami!.picture.frames > count, frames);
    });
  });

  test('without WebGL 2 the page says so, and its figures go on', async () => {
    await withPage(
      '',
      async (page) => {
        expect(await page.locator('.notice').textContent()).toContain('no WebGL 2');
        const before = await page.locator('.figure-large').textContent();
        await expect.poll(() => page.locator('.figure-large').textContent()).not.toBe(before);
        const ledger = await page.evaluate(() => window.kurayami!.ledger());
        expect(ledger.expired).toBe(ledger.received);
      },
      () => {
        const { getContext } = HTMLCanvasElement.prototype;
        HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...more: unknown[]) {
          return kind.startsWith('webgl') ? null : getContext.call(this, kind as '2d', ...(more as []));
        } as typeof getContext;
      },
    );
  });
});
