/** For everyone: screen readers, the keyboard, fingers, and what a system asks of its pages. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { findings } from './axe.ts';
import { someTotals, startToldServer, type ToldServer } from './told-server.ts';

/** WCAG 2.5.5, and what phones' makers advise. */
const FINGER_PIXELS = 44;
const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    return element?.id || element?.getAttribute('aria-label') || element?.textContent || element?.tagName || '';
  });

describe.skipIf(!browserInstalled)('for everyone', () => {
  let browser: Browser;
  let server: ToldServer;
  beforeAll(async () => {
    browser = await openBrowser();
    server = await startToldServer();
    const totals = someTotals('simulated');
    totals.ledger.server.packetsLate = 12;
    totals.sensors = [{ ...totals.sensors[0]!, link: 'down' }];
    server.told.totals = totals;
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function withPage(
    query: string,
    use: (page: Page) => Promise<void>,
    { width = 1280, height = 720, ...options }: BrowserContextOptions & { width?: number; height?: number } = {},
  ): Promise<void> {
    const context = await browser.newContext(options);
    try {
      const { page, problems } = await openPage(context, `${server.url}?quality=low&pause=yes&${query}`, width, height);
      await page.waitForFunction(() => window.kurayami?.state.totals);
      await page.locator('.conditions li').first().waitFor();
      await use(page);
      expect(problems).toEqual([]);
    } finally {
      await context.close();
    }
  }

  test.for(['lang=en', 'lang=ja&palette=dark', 'palette=projector'])('axe finds nothing: %s', async (query) => {
    await withPage(query, async (page) => {
      expect(await findings(page)).toEqual([]);
      for (const key of ['?', 'i', 't']) {
        await page.keyboard.press(key);
        await expect.poll(() => page.locator('dialog[open]').count(), { message: key }).toBe(1);
        expect(await findings(page)).toEqual([]);
        await page.keyboard.press('Escape');
      }
      await page.keyboard.press('2');
      await page.locator('.cube-form').waitFor();
      expect(await findings(page)).toEqual([]);
    });
  });

  test('axe can find something', async () => {
    await withPage('', async (page) => {
      await page.evaluate(() => document.querySelector('.board')!.append(document.createElement('button')));
      expect((await findings(page)).join()).toContain('button-name');
    });
  });

  test('the keyboard reaches everything, in an order that makes sense; dialogs give the focus back', async () => {
    await withPage('', async (page) => {
      const order: string[] = [];
      for (let step = 0; step < 60; step++) {
        await page.keyboard.press('Tab');
        const here = await focused(page);
        if (order.includes(here)) break;
        order.push(here);
      }
      expect(order.slice(0, 5)).toEqual([
        'to the picture',
        'to the figures',
        'to colours, sensors and ledger',
        'to time and buttons',
        'picture',
      ]);
      for (const name of ['Atlas', 'Cube', 'pause, or go on', 'recorded time', 'recordings', 'kiosk', 'table', 'help'])
        expect(order.indexOf(name), name).toBeGreaterThan(4);
      // All that can be clicked is on the way.
      const buttons = await page
        .locator('.board button:visible')
        .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') || one.textContent));
      expect(buttons.filter((name) => !order.includes(name!))).toEqual([]);
      // What has the focus is seen to have it.
      await page.locator('.key-button').first().focus();
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Tab');
      const outline = await page
        .locator('.key-button')
        .first()
        .evaluate((button) => getComputedStyle(button).outlineWidth);
      expect(Number.parseInt(outline, 10)).toBeGreaterThanOrEqual(2);

      const help = page.getByRole('button', { name: 'help', exact: true });
      await help.focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => focused(page)).toBe('close');
      // Nothing happens behind a dialog.
      await page.keyboard.press('2');
      expect(await page.evaluate(() => window.kurayami!.state.settings.view)).toBe('atlas');
      await page.keyboard.press('Escape');
      expect(await page.locator('dialog[open]').count()).toBe(0);
      expect(await focused(page)).toBe('help');

      await page.locator('.skip-link').nth(2).focus();
      await page.keyboard.press('Enter');
      expect(await focused(page)).toBe('board-right');
      expect(new URL(page.url()).hash).toBe('');
    });
  });

  test('a screen reader is told what happens, and not at every change of a figure', async () => {
    await withPage('', async (page) => {
      const label = () => page.locator('#picture').getAttribute('aria-label');
      await expect
        .poll(label)
        .toMatch(/^Globe: .* Now: 1,234 packets per second, .* First port: .* Press T for a table\.$/);
      const said = () => page.locator('.spoken').allTextContents();
      await expect
        .poll(said)
        .toEqual([
          expect.stringContaining('1,234 packets per second'),
          expect.stringMatching(/NO SENSOR SEES.*tokyo-1: link down/),
        ]);
      const before = await said();
      const totals = someTotals('simulated');
      totals.rates.packetsPerSecond = 4_321;
      totals.ledger.server.packetsLate = 13;
      totals.sensors = [{ ...totals.sensors[0]!, link: 'down', silentSeconds: 3 }];
      const kept = server.told.totals;
      server.told.totals = totals;
      await page.locator('.figure-large').getByText('4,321').waitFor();
      await page.waitForTimeout(4_000);
      expect(await said()).toEqual(before);
      server.told.totals = { ...totals, storageFull: true };
      await expect.poll(async () => (await said()).join()).toContain('DISK FULL');
      server.told.totals = kept;
      await page.keyboard.press('t');
      await expect.poll(() => page.locator('.scene-table caption').allTextContents()).toHaveLength(3);
      await expect.poll(() => page.locator('.scene-table tbody th').first().textContent()).not.toBe('');
    });
  });

  test.for([
    { width: 390, height: 844 },
    { width: 820, height: 1180 },
  ])('$width × $height under fingers: nothing too small, nothing over another, nothing outside', async (size) => {
    await withPage(
      '',
      async (page) => {
        expect(await findings(page)).toEqual([]);
        const targets = await page.locator('button:visible, input:visible, select:visible').evaluateAll((all) =>
          all.map((one) => {
            const { width, height, right } = one.getBoundingClientRect();
            const isInside = right <= window.innerWidth;
            return { name: one.textContent, width: Math.round(width), height: Math.round(height), isInside };
          }),
        );
        expect(targets.length).toBeGreaterThan(10);
        expect(targets.filter(({ isInside }) => !isInside)).toEqual([]);
        expect(targets.filter(({ width, height }) => Math.min(width, height) < FINGER_PIXELS)).toEqual([]);
        const { over, wide } = await page.evaluate(() => {
          const panels = [...document.querySelectorAll<HTMLElement>('.board .panel, .view-panel')].filter(
            (panel) => panel.offsetParent !== null,
          );
          const boxes = panels.map((panel) => ({ name: panel.className, box: panel.getBoundingClientRect() }));
          const pairs = boxes.flatMap((one, i) =>
            boxes
              .slice(0, i)
              .filter(
                ({ box }) =>
                  box.left < one.box.right - 1 &&
                  one.box.left < box.right - 1 &&
                  box.top < one.box.bottom - 1 &&
                  one.box.top < box.bottom - 1,
              )
              .map((other) => `${other.name} / ${one.name}`),
          );
          return { over: pairs, wide: document.documentElement.scrollWidth - window.innerWidth };
        });
        expect(over).toEqual([]);
        expect(wide).toBeLessThanOrEqual(0);
        // One finger turns the picture, two come nearer.
        const before = await page.evaluate(() => window.kurayami!.camera()!);
        await drag(page, [[195, 200]], [[120, 230]]);
        await expect
          .poll(() => page.evaluate(() => window.kurayami!.camera()!.longitude))
          .not.toBeCloseTo(before.longitude, 1);
        await drag(
          page,
          [
            [180, 200],
            [210, 200],
          ],
          [
            [120, 200],
            [270, 200],
          ],
        );
        await expect.poll(() => page.evaluate(() => window.kurayami!.camera()!.zoom)).toBeGreaterThan(1.5);
      },
      { ...size, hasTouch: true, isMobile: true },
    );
  });

  test('with the colours of the system, and with more contrast, panels keep their frames and words', async () => {
    await withPage(
      '',
      async (page) => {
        const frame = await page.locator('.ledger').evaluate((panel) => getComputedStyle(panel).borderTopWidth);
        expect(Number.parseFloat(frame)).toBeGreaterThan(0);
        await expect.poll(() => page.locator('.figure-large').textContent()).toBe('1,234');
        // The legend's colours mean something: the system leaves them.
        const strokes = await page
          .locator('.swatch line')
          .evaluateAll((lines) => lines.map((line) => getComputedStyle(line).stroke));
        expect(new Set(strokes).size).toBe(strokes.length);
        // axe takes the picture below a panel for the panel's ground, which the system has made opaque.
        expect((await findings(page)).filter((line) => !line.startsWith('color-contrast'))).toEqual([]);
      },
      { forcedColors: 'active', contrast: 'more' },
    );
  });
});

type Point = readonly [x: number, y: number];

/** Fingers go down, move, and go up. */
async function drag(page: Page, from: readonly Point[], to: readonly Point[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const points = (share: number) =>
    from.map(([x, y], id) => ({ id, x: x + (to[id]![0] - x) * share, y: y + (to[id]![1] - y) * share }));
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: points(0) });
  for (const share of [0.3, 0.6, 1])
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: points(share) });
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await session.detach();
}
