/** Servers of other versions, servers that talk nonsense, and hostile words in what they say: the page stays what it is, and says so. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeFrame, FrameKind, WireType } from '../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { someTotals, startToldServer, type Told, type ToldServer } from './told-server.ts';

const MARKUP = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const conditions = (page: Page) => page.locator('.conditions li').allTextContents();

describe.skipIf(!browserInstalled)('odd servers', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  async function withServer(
    told: Partial<Told>,
    query: string,
    use: (page: Page, server: ToldServer) => Promise<void>,
  ) {
    const server = await startToldServer({
      hello: { software: 'kurayami 0.1.0', role: 'viewer' },
      totals: someTotals(),
      ...told,
    });
    const { page, problems } = await openPage(browser, `${server.url}?quality=low&${query}`, 1280, 720);
    try {
      await use(page, server);
      expect(problems).toEqual([]);
    } finally {
      await page.close();
      await server.close();
    }
  }

  test('another version is told; what it says more is passed over, what it says less has the least rights', async () => {
    const hello = { software: 'kurayami 9.9.9', role: 'emperor', colour: 'red', name: { a: 1 } };
    const totals = {
      ...someTotals(),
      moods: ['good'],
      sensors: someTotals().sensors.map((one) => ({ ...one, mood: 1 })),
    };
    await withServer({ hello, totals }, '', async (page, server) => {
      await expect
        .poll(() => conditions(page))
        .toEqual(['the server is another version than this page: kurayami 9.9.9']);
      expect(await page.evaluate(() => window.kurayami!.state.hello!.role)).toBe('viewer');
      await expect.poll(() => page.locator('.figure-large').textContent()).toBe('1,234');
      // It is replaced by one that fits: by itself the page has nothing more to say.
      server.told.hello = { software: 'kurayami 0.1.0', role: 'viewer' };
      server.drop();
      await expect.poll(() => conditions(page), { timeout: 60_000 }).toEqual([]);
    });
  });

  test('nonsense is counted, told and survived', async () => {
    await withServer({ hello: {} }, '', async (page, server) => {
      await page.waitForFunction(() => window.kurayami?.state.totals);
      await expect.poll(() => conditions(page)).toEqual(['the server is another version than this page: ?']);
      const fine = encodeJsonFrame(FrameKind.totals, someTotals());
      const otherFrame = fine.slice();
      otherFrame[4] = 77; // a frame of another version
      const noJson = new TextEncoder().encode('{"session":');
      const nonsense: (Uint8Array | string)[] = [
        'text is no frame',
        new Uint8Array(5),
        otherFrame,
        encodeFrame({
          kind: FrameKind.totals,
          flags: 0,
          epoch: 0,
          sequence: 0,
          rows: 1,
          columns: [{ field: 65_535, type: WireType.utf8, data: noJson }],
        }),
        encodeJsonFrame(FrameKind.totals, { session: null }),
        encodeJsonFrame(FrameKind.hello, [1, 2, 3]),
        encodeJsonFrame(FrameKind.error, { code: 7 }),
      ];
      for (const one of nonsense) server.send(one);
      // Kinds of later versions are passed over.
      server.send(encodeJsonFrame(199 as FrameKind, { what: 'ever' }));
      await expect
        .poll(async () => (await conditions(page)).join())
        .toContain(`messages of the server that this page cannot read: ${nonsense.length}`);
      const totals = someTotals();
      totals.rates.packetsPerSecond = 77;
      server.told.totals = totals;
      await expect.poll(() => page.locator('.figure-large').textContent()).toBe('77');
    });
  });

  test('markup in names, places, networks, damage and errors is text everywhere', async () => {
    const totals = someTotals();
    totals.session.name = MARKUP;
    totals.session.kind = 'file';
    totals.sensors = [
      {
        ...totals.sensors[0]!,
        name: MARKUP,
        link: 'down',
        damage: [MARKUP],
        place: { name: MARKUP, latitude: 1, longitude: 2 },
      },
    ];
    totals.credits = [MARKUP, 'https://evil.example/"onmouseover="window.hacked=1'];
    totals.storeProblems = [MARKUP];
    const hello = { software: `kurayami 9.9.9 ${MARKUP}`, role: 'viewer', name: MARKUP };
    await withServer({ hello, totals }, '', async (page, server) => {
      await page.waitForFunction(() => window.kurayami?.state.totals);
      server.send(encodeJsonFrame(FrameKind.error, { code: MARKUP, message: MARKUP }));
      await expect.poll(() => page.locator('.problem').textContent()).toContain('<script>');
      for (const key of ['t', 'Escape', 'i', 'Escape', 'l', 'k', 'Escape', '2', '1']) {
        await page.keyboard.press(key);
        await page.waitForTimeout(500);
      }
      const found = await page.evaluate(() => ({
        images: document.querySelectorAll('#page img').length,
        scripts: document.querySelectorAll('#page script').length,
        handlers: [...document.querySelectorAll('#page *')].filter((one) =>
          [...one.attributes].some(({ name }) => name.startsWith('on')),
        ).length,
        hacked: 'hacked' in window,
        links: [...document.querySelectorAll<HTMLAnchorElement>('.credits a')].map(({ href }) => href),
      }));
      expect(found).toEqual({ images: 0, scripts: 0, handlers: 0, hacked: false, links: ['https://evil.example/'] });
      // The canvas's names too, on a sensor that stands in the picture.
      await expect.poll(() => page.locator('.label-sensor').first().textContent()).toContain('<img');
    });
  });

  test('odd addresses: nothing breaks, nothing is executed', async () => {
    const odd = `view=${encodeURIComponent(MARKUP)}&camera=NaN,1,2&palette=%3Cb%3E&lang=xx&span=1/2&time=${MARKUP.length}&kiosk2&filter=%3Cscript%3E`;
    await withServer({}, odd, async (page) => {
      await page.waitForFunction(() => window.kurayami?.state.totals);
      expect(await page.evaluate(() => window.kurayami!.state.settings.view)).toBe('atlas');
      expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    });
    // A server refuses what is longer than 16 kB; what the page does with it is in the unit tests.
    await withServer({}, `junk=${'x'.repeat(12_000)}&view=cube`, async (page) => {
      await page.waitForFunction(() => window.kurayami?.state.totals);
      expect(await page.evaluate(() => window.kurayami!.state.settings.view)).toBe('cube');
    });
  });

  test('a newer page on the server is told once a connection begins anew', async () => {
    await withServer({}, '', async (page, server) => {
      await page.waitForFunction(() => window.kurayami?.state.totals);
      await page.waitForTimeout(6_000);
      expect(await conditions(page)).toEqual([]);
      await page.route('**/*', async (route) => {
        const { pathname } = new URL(route.request().url());
        if (pathname !== '/') return route.continue();
        const answer = await route.fetch();
        return route.fulfill({
          body: (await answer.text()).replace(/index-[\w-]+\.js/, 'index-newer.js'),
          contentType: 'text/html',
        });
      });
      server.drop();
      await expect.poll(() => conditions(page), { timeout: 60_000 }).toEqual(['a newer page is there: reload']);
    });
  });

  test('a wall that nobody attends to takes a newer page by itself, once it is old enough, and stays a wall', async () => {
    await withServer({}, 'kiosk=5', async (page, server) => {
      await page.waitForFunction(() => window.kurayami?.state.totals);
      await page.evaluate(() => Object.assign(window, { isOld: true }));
      await page.route('**/*', async (route) => {
        const request = route.request();
        if (new URL(request.url()).pathname !== '/' || request.isNavigationRequest()) return route.continue();
        const body = (await (await route.fetch()).text()).replace(/index-[\w-]+\.js/, 'index-newer.js');
        return route.fulfill({ body, contentType: 'text/html' });
      });
      server.drop();
      await expect
        .poll(() => page.evaluate(() => window.kurayami!.state.versions.newerPage), { timeout: 60_000 })
        .toBe(true);
      // Two turns: the page is too young.
      await page.waitForTimeout(11_000);
      expect(await page.evaluate(() => 'isOld' in window)).toBe(true);
      await page.evaluate(() => {
        const now = performance.now.bind(performance);
        performance.now = () => now() + 600_000;
      });
      await expect
        .poll(() => page.evaluate(() => 'isOld' in window).catch(() => true), { timeout: 60_000 })
        .toBe(false);
      await page.waitForFunction(() => window.kurayami?.state.totals);
      expect(await page.evaluate(() => document.documentElement.className)).toContain('kiosk');
    });
  });
});
