/** The page on a wall: read from afar, views in turn, its palettes and clocks, and a link that shows the same. */
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromHex } from '../../viz/scene/palettes.ts';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { contrast } from '../support/colour-vision.ts';
import { startToldServer, type ToldServer } from './told-server.ts';

/** 2 cm on a wall of 1.2 m with 1,920 pixels: docs/wall.md. */
const LEAST_PIXELS = 32;
const LEAST_CONTRAST = 4.5;

const searchOf = (page: Page) => new URL(page.url()).searchParams;
const settingsOf = (page: Page) => page.evaluate(() => window.kurayami!.state.settings);
const cameraOf = (page: Page) => page.evaluate(() => window.kurayami!.camera()!);

/** From foot to head of what is written in an element, in pixels: that of its lowest sign without a tail. */
function letterPixels(page: Page, selector: string): Promise<{ pixels: number; box: number; inside: boolean }> {
  return page.locator(selector).evaluate((element) => {
    const { fontWeight, fontSize, fontFamily } = getComputedStyle(element);
    const pen = document.createElement('canvas').getContext('2d')!;
    pen.font = `${fontWeight} ${fontSize} ${fontFamily}`;
    const signs = (element.textContent ?? '').replace(/[^\p{Lu}\p{N}\p{Lo}]/gu, '');
    const heights = [...signs].map((sign) => {
      const { actualBoundingBoxAscent, actualBoundingBoxDescent } = pen.measureText(sign);
      return actualBoundingBoxAscent + actualBoundingBoxDescent;
    });
    const { left, right, top, bottom, height } = element.getBoundingClientRect();
    const inside = left >= 0 && top >= 0 && right <= window.innerWidth && bottom <= window.innerHeight;
    return { pixels: Math.min(...heights), box: height, inside };
  });
}

describe.skipIf(!browserInstalled)('the page on a wall', () => {
  let browser: Browser;
  let server: ToldServer;
  beforeAll(async () => {
    browser = await openBrowser();
    server = await startToldServer();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function withPage(
    query: string,
    use: (page: Page) => Promise<void>,
    { width = 960, height = 540, ...options }: BrowserContextOptions & { width?: number; height?: number } = {},
  ): Promise<void> {
    const context = await browser.newContext(options);
    try {
      const { page, problems } = await openPage(context, `${server.url}?quality=low&${query}`, width, height);
      await page.waitForFunction(() => window.kurayami?.state.totals);
      await use(page);
      // What the browser itself says of a connection that failed is none of ours.
      expect(problems.filter((problem) => !problem.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]);
    } finally {
      await context.close();
    }
  }

  test('state, time and packets a second are read from five metres', async () => {
    await withPage(
      'kiosk=3600',
      async (page) => {
        await page.locator('.wall-word').getByText('LIVE').waitFor();
        for (const part of ['.wall-word', '.wall-time', '.wall-rate']) {
          const { pixels, box, inside } = await letterPixels(page, part);
          expect(pixels, part).toBeGreaterThanOrEqual(LEAST_PIXELS);
          expect(box, part).toBeGreaterThan(pixels);
          expect(inside, part).toBe(true);
        }
        await expect.poll(() => page.locator('.wall-rate').textContent()).toBe('1,234');
        expect(await page.locator('.wall-clock').textContent()).toMatch(/^\d\d:\d\d:\d\dUTC2026-01-31$/);
        for (const part of ['.view-panel', '.buttons', '.timeline', '.legend-mode'])
          expect(await page.locator(part).isVisible(), part).toBe(false);
        // Whom the data are from is still said.
        expect(await page.locator('.credits').isVisible()).toBe(true);
      },
      { width: 1920, height: 1080 },
    );
  });

  test('views come in turn without a word in the address; the pointer rests; Escape ends it', async () => {
    await withPage('kiosk=5', async (page) => {
      await page.mouse.move(300, 300);
      const seen = new Set<string>();
      const look = async () => {
        const { view, flat } = await settingsOf(page);
        seen.add(flat ? `${view} flat` : view);
        return seen.size;
      };
      await expect.poll(look, { timeout: 60_000 }).toBe(4);
      expect([...seen]).toEqual(['atlas', 'atlas flat', 'cube', 'hilbert']);
      expect(searchOf(page).has('view')).toBe(false);
      const classes = () => page.evaluate(() => document.documentElement.className);
      expect(await classes()).toContain('pointer-hidden');
      expect(await page.evaluate(() => getComputedStyle(document.querySelector('#picture')!).cursor)).toBe('none');
      await page.mouse.move(320, 310);
      expect(await classes()).not.toContain('pointer-hidden');
      // The first click takes the whole screen.
      await page.mouse.click(320, 310);
      await expect.poll(() => page.evaluate(() => document.fullscreenElement !== null)).toBe(true);
      const shift = () => page.evaluate(() => getComputedStyle(document.querySelector('.board')!).transform);
      expect(await shift()).not.toBe('none');
      await page.keyboard.press('Escape');
      await expect.poll(classes).toBe('');
      expect(await settingsOf(page)).toMatchObject({ view: 'atlas', flat: false });
      expect(searchOf(page).has('kiosk')).toBe(false);
      expect(await shift()).toBe('none');
      expect(await page.locator('.buttons').isVisible()).toBe(true);
      await page.keyboard.press('k');
      await expect.poll(() => searchOf(page).get('kiosk')).toBe('yes');
    });
  });

  test('the screen stays awake while the kiosk runs, and no longer', async () => {
    await withPage('lang=en', async (page) => {
      await page.evaluate(() => {
        const held: WakeLockSentinel[] = [];
        const request = navigator.wakeLock.request.bind(navigator.wakeLock);
        navigator.wakeLock.request = async (type) => {
          const lock = await request(type);
          held.push(lock);
          return lock;
        };
        Object.assign(window, { held });
      });
      const released = () =>
        page.evaluate(() => (window as unknown as { held: WakeLockSentinel[] }).held.map((lock) => lock.released));
      await page.keyboard.press('k');
      await expect.poll(released).toEqual([false]);
      await page.keyboard.press('Escape');
      await expect.poll(released).toEqual([true]);
    });
  });

  test('the server is lost and comes back: the wall says so in its largest letters', async () => {
    await withPage('kiosk=3600', async (page) => {
      const word = page.locator('.wall-word');
      await word.getByText('LIVE').waitFor();
      await page.context().setOffline(true);
      server.drop();
      await expect.poll(() => word.textContent(), { timeout: 60_000 }).toMatch(/reconnecting|CONNECTION LOST/);
      await page.context().setOffline(false);
      await expect.poll(() => word.textContent(), { timeout: 60_000 }).toBe('LIVE');
    });
  });

  test('a link shows the same view, camera, filter, span, palette and clock', async () => {
    const query = 'view=cube&camera=12.5,-20,1.5&filter=dst+port+23&span=24h&palette=projector&time=local&pause=yes';
    await withPage(query, async (page) => {
      const told = await page.evaluate(() => window.kurayami!.state);
      expect(told).toMatchObject({
        filter: 'dst port 23',
        span: { kind: 'last', seconds: 86_400 },
        palette: 'projector',
        timeZone: 'local',
        paused: true,
        rotating: false,
      });
      expect(told.settings.view).toBe('cube');
      expect(await cameraOf(page)).toEqual({ latitude: 12.5, longitude: -20, zoom: 1.5, held: true });
      // Turned by hand: the address follows, and what it then says is what a colleague gets.
      await page.mouse.move(480, 150);
      await page.mouse.down();
      await page.mouse.move(420, 180, { steps: 4 });
      await page.mouse.up();
      await expect.poll(() => searchOf(page).get('camera')).not.toBe('12.5,-20,1.5');
      // It is written once a second: what comes after the last movement is what counts.
      await page.waitForTimeout(2_500);
      const here = await cameraOf(page);
      await withPage(page.url().split('quality=low&')[1]!, async (other) => {
        const there = await cameraOf(other);
        expect(Math.abs(there.latitude - here.latitude)).toBeLessThan(0.06);
        expect(Math.abs(there.longitude - here.longitude)).toBeLessThan(0.06);
        expect(there).toMatchObject({ zoom: 1.5, held: true });
        // Let go, it turns by itself, and the link says nothing of it.
        await other.keyboard.press('a');
        await expect.poll(() => searchOf(other).has('camera')).toBe(false);
      });
    });
  });

  test('palettes: a key goes through them, letters can be read in each, and the picture has their colours', async () => {
    await withPage('', async (page) => {
      for (const palette of ['usual', 'dark', 'projector']) {
        expect(await page.evaluate(() => document.documentElement.dataset.palette)).toBe(palette);
        expect(searchOf(page).get('palette') ?? 'usual').toBe(palette);
        const colours = await page.evaluate(() => {
          const pen = document.createElement('canvas').getContext('2d')!;
          const style = getComputedStyle(document.documentElement);
          const hex = (name: string) => {
            pen.fillStyle = style.getPropertyValue(name);
            return pen.fillStyle;
          };
          const texts = ['--text', '--quiet', '--accent', '--good', '--bad', '--warn', '--strong', '--faint'];
          return { grounds: ['--ground', '--sheet'].map(hex), texts: texts.map(hex) };
        });
        for (const text of colours.texts)
          for (const ground of colours.grounds)
            expect(contrast(fromHex(text), fromHex(ground)), `${palette} ${text} ${ground}`).toBeGreaterThan(
              LEAST_CONTRAST,
            );
        const [red, green, blue] = await pixelAt(page, 480, 8);
        if (palette === 'dark') expect(blue).toBeLessThan(3);
        expect(red! + green! + blue! > 600).toBe(palette === 'projector');
        await page.keyboard.press('b');
      }
      expect(searchOf(page).has('palette')).toBe(false);
    });
  });

  test('times are UTC or local, with the name of the zone, in the form of the language', async () => {
    await withPage(
      '',
      async (page) => {
        const clock = () => page.locator('.clock').textContent();
        await expect.poll(clock).toMatch(/12:0\d:\d\d2026-01-31 UTC/);
        await page.keyboard.press('u');
        await expect.poll(clock).toMatch(/21:0\d:\d\d2026-01-31 GMT\+9/);
        expect(searchOf(page).get('time')).toBe('local');
        await page.keyboard.press('l');
        await expect.poll(clock).toMatch(/21:0\d:\d\d2026年1月31日 JST/);
      },
      { timezoneId: 'Asia/Tokyo', locale: 'en-GB' },
    );
  });

  test('with reduced motion nothing moves by itself, and a kiosk cuts from view to view', async () => {
    const options = { reducedMotion: 'reduce' } as const;
    const still = async (page: Page) => {
      expect(await page.evaluate(() => window.kurayami!.state.rotating)).toBe(false);
      // The eye goes to its home when the map has come.
      await page.waitForSelector('.label-country', { state: 'attached' });
      await page.waitForTimeout(1_000);
      const before = await cameraOf(page);
      await page.waitForTimeout(1_500);
      expect(await cameraOf(page)).toEqual(before);
    };
    await withPage('', still, options);
    const cut = async (page: Page) => {
      await expect.poll(async () => (await settingsOf(page)).view, { timeout: 30_000, interval: 50 }).toBe('cube');
      const frames = await page.evaluate(() => window.kurayami!.picture.frames);
      await page.waitForFunction((before) => window.kurayami!.picture.frames > before + 1, frames);
      expect(await page.evaluate(() => window.kurayami!.picture.isFlying)).toBe(false);
    };
    await withPage('kiosk=5', cut, options);
  });
});

test('the palettes of the style are those of the code', () => {
  const style = readFileSync(new URL('../../viz/style-wall.css', import.meta.url), 'utf8');
  expect([...style.matchAll(/^\[data-palette="(\w+)"\] \{/gm)].map(([, name]) => name)).toEqual(['dark', 'projector']);
});

/** What is on the screen there. */
async function pixelAt(page: Page, x: number, y: number): Promise<number[]> {
  const png = (await page.screenshot({ clip: { x, y, width: 1, height: 1 } })).toString('base64');
  return page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const pen = document.createElement('canvas').getContext('2d')!;
    pen.drawImage(image, 0, 0);
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  }, png);
}
