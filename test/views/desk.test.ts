/** The desk on the page of the real program: its figures are the API's, and everything goes by keyboard. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, ledgerAtRest } from '../support/api.ts';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { makeFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, type RunningProgram, runProgram, until } from '../support/program.ts';
import { answered, number, rowsOf, saved, stateOf } from './desk-page.ts';

const DESK = 'quality=low&desk=full&lang=en';
const SPAN = 'session=1&from=2026-01-01T00:15:00Z&to=2026-01-01T00:30:00Z';
const FIXED = 'span=2026-01-01T00:15:00Z/2026-01-01T00:30:00Z';

interface Top {
  rows: { key: string; packets: number }[];
}

const order = (page: Page) =>
  page.evaluate(() => [...document.querySelectorAll<HTMLElement>('.desk-grid > *')].map((one) => one.dataset.panel));

describe.skipIf(!browserInstalled)('the desk', () => {
  let browser: Browser;
  let running: RunningProgram;
  let url = '';
  let data = '';
  let remove: () => Promise<void>;

  beforeAll(async () => {
    browser = await openBrowser();
    const made = await makeFolder();
    remove = made.remove;
    data = join(made.folder, 'data');
    const capture = join(made.folder, 'half-an-hour.pcap');
    await program(['simulate', '--rate', '30', '--duration', '1800', '--seed', '5', '--out', capture]);
    running = runProgram(['start', '--port', '0', '--data', data, '--read', capture, '--speed', 'max']);
    url = await addressOf(running);
    await ledgerAtRest(url, 120_000);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    if (running) await interrupt(running);
    await remove?.();
  });

  test('every panel shows the figures of the API, and a click narrows them all', async () => {
    const { page, problems } = await openPage(browser, `${url}/?${DESK}&${FIXED}`, 1920, 1080);
    await answered(page);
    for (const [panel, by] of [
      ['ports', 'port'],
      ['sources', 'source'],
      ['rules', 'tag'],
    ] as const) {
      const { rows } = await ask<Top>(url, `top?by=${by}&limit=9&${SPAN}`);
      const named = rows.filter(({ key }) => key !== 'other').slice(0, 8);
      expect(await rowsOf(page, panel), panel).toEqual(named.map(({ key, packets }) => [key, packets]));
    }
    const countries = (await rowsOf(page, 'countries')).map(([, packets]) => packets);
    const { rows } = await ask<Top>(url, `top?by=country&limit=8&${SPAN}`);
    expect(countries).toEqual(rows.map(({ packets }) => packets));
    // The quarter of an hour before is stored, so that every row says how it stands to it.
    const changes = await page
      .locator('[data-panel="countries"] .ranked-row:not(:disabled) .ranked-change')
      .allTextContents();
    for (const change of changes) expect(change).toMatch(/^(▲|▼)\d+ %$|^=$|^×|^new$/);
    const classes = await page
      .locator('[data-panel="mix"] .mix-bar:first-child .mix-part span:nth-child(3)')
      .allTextContents();
    const all = (await ask<Top>(url, `top?by=class&${SPAN}`)).rows.map(({ packets }) => packets);
    expect(classes.map(number)).toEqual(all);
    expect(await page.locator('[data-panel="ledger"] .verdict').textContent()).toContain('balances');
    expect(await page.locator('[data-panel="sensors"] tbody tr').count()).toBe(1);

    await page.locator('[data-panel="ports"] .ranked-row').first().press('Enter');
    expect(await page.evaluate(() => window.kurayami!.state.filter)).toBe('tcp dst port 23');
    await answered(page);
    const filtered = await ask<Top>(url, `top?by=country&limit=8&${SPAN}&filter=tcp+dst+port+23`);
    expect((await rowsOf(page, 'countries')).map(([, packets]) => packets)).toEqual(
      filtered.rows.map((row) => row.packets),
    );
    // With shift: all but that.
    await page.locator('[data-panel="countries"] .ranked-row').first().press('Shift+Enter');
    expect(await page.evaluate(() => window.kurayami!.state.filter)).toMatch(/ and not country [A-Z]{2}$/);
    expect(problems).toEqual([]);
    await page.close();
  });

  test('rules, classes and classes of radiation narrow all panels, and the ledger tells of evidence', async () => {
    const { page, problems } = await openPage(browser, `${url}/?${DESK}&${FIXED}`, 1920, 1080);
    await answered(page);
    const filter = () => page.evaluate(() => window.kurayami!.state.filter);
    const [rule] = (await rowsOf(page, 'rules'))[0]!;
    await page.locator('[data-panel="rules"] .ranked-row').first().press('Enter');
    expect(await filter()).toBe(`tag ${rule}`);
    await answered(page);
    const part = (bar: number) => page.locator(`[data-panel="mix"] .mix-bar:nth-child(${bar}) .mix-part`).first();
    for (const [bar, word] of [
      [2, 'radiation'],
      [1, 'class'],
    ] as const) {
      await part(bar).press('Enter');
      expect(await filter()).toMatch(new RegExp(`^tag ${rule} and (.* and )?${word} \\w+$`));
      await answered(page);
    }
    const { rows } = await ask<Top>(url, `top?by=source&limit=8&${SPAN}&filter=${encodeURIComponent(await filter())}`);
    expect(rows.length).toBeGreaterThan(0);
    expect(await rowsOf(page, 'sources')).toEqual(rows.map(({ key, packets }) => [key, packets]));
    const { evidenceStore } = await ask<{ evidenceStore: { present: number } }>(url, 'ledger?session=1');
    expect(evidenceStore.present).toBeGreaterThan(0);
    const beside = page.locator('[data-panel="ledger"] .path-beside li').first();
    await expect.poll(() => beside.textContent()).toContain(`${evidenceStore.present.toLocaleString('en')} stored`);
    expect(problems).toEqual([]);
    await page.close();
  });

  test('what is wrong with a filter stands in the panels, and they recover', async () => {
    const { page } = await openPage(
      browser,
      `${url}/?${DESK}&${FIXED}&panels=ports.-mix.-sensors&filter=tcp+prot`,
      1280,
      720,
    );
    await page.locator('[data-panel="ports"][data-state="problem"]').waitFor();
    expect(await page.locator('[data-panel="ports"] .desk-told').textContent()).toContain('FILTER_');
    await page.goto(`${url}/?${DESK}&${FIXED}&filter=`);
    await answered(page);
    await page.close();
  });

  test('panels are moved, hidden, brought back and enlarged by keyboard, and a link shows the same', async () => {
    const { page, problems } = await openPage(browser, `${url}/?quality=low&lang=en&${FIXED}`, 1280, 720);
    await page.waitForFunction(() => window.kurayami?.state.totals);
    expect(await page.locator('.desk').isVisible()).toBe(false);
    await page.keyboard.press('d');
    await page.locator('.desk').waitFor();
    const button = (panel: string, name: string) =>
      page.locator(`[data-panel="${panel}"]`).getByRole('button', { name });
    await button('ports', 'move back').press('Enter');
    // The focus stays where it was: once more goes on.
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'move back: target ports',
    );
    await button('countries', 'move on').press('Enter');
    expect((await order(page)).slice(0, 4)).toEqual(['ports', 'packets', 'networks', 'countries']);
    await button('packets', 'hide').press('Enter');
    expect(await order(page)).not.toContain('packets');
    await button('ports', 'enlarge').press('Enter');
    await page.locator('dialog[open] [data-panel="ports"]').waitFor();
    expect(new URL(page.url()).searchParams.get('panels')).toMatch(/^\*ports\.-packets\.networks\.countries\./);

    // A colleague opens the link.
    const other = await openPage(browser, page.url(), 1280, 720);
    await other.page.locator('dialog[open] [data-panel="ports"]').waitFor();
    await until(
      'rows',
      () => rowsOf(other.page, 'ports'),
      (rows) => rows.length > 8,
      60_000,
    );
    await other.page.close();

    await page.keyboard.press('Escape');
    await page
      .locator('dialog[open]')
      .waitFor({ state: 'detached' })
      .catch(() => undefined);
    await page.getByRole('button', { name: '+ packets/s over time' }).press('Enter');
    expect((await order(page)).slice(0, 4)).toEqual(['ports', 'packets', 'networks', 'countries']);
    // The browser remembers the order for the next time.
    await page.goto(`${url}/?quality=low&desk=half&lang=en`);
    await page.locator('.desk').waitFor();
    expect((await order(page)).slice(0, 4)).toEqual(['ports', 'packets', 'networks', 'countries']);
    await page.getByRole('button', { name: 'usual order' }).press('Enter');
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    expect(new URL(page.url()).searchParams.get('panels')).toBeNull();
    await page.keyboard.press('d');
    await page.locator('.desk').waitFor({ state: 'hidden' });
    expect(problems).toEqual([]);
    await page.close();
  });

  test('behind a desk of full height few pictures of the scene are made, and of half height as ever', async () => {
    const { page, problems } = await openPage(browser, `${url}/?quality=low&lang=en&desk=full`, 960, 540);
    await answered(page);
    const frames = () => page.evaluate(() => window.kurayami!.picture.frames);
    const perSecond = async () => {
      const [before, began] = [await frames(), performance.now()];
      await page.waitForTimeout(3_000);
      return ((await frames()) - before) / ((performance.now() - began) / 1000);
    };
    const covered = await perSecond();
    // The scene goes on, at 8 a second and no more than a frame's rounding beyond.
    expect(covered).toBeGreaterThan(0);
    expect(covered).toBeLessThan(10);
    await page.getByRole('button', { name: 'half height' }).press('Enter');
    expect(await page.evaluate(() => document.querySelector('.with-desk-full'))).toBeNull();
    expect(await perSecond()).toBeGreaterThan(0);
    expect(problems).toEqual([]);
    await page.close();
  });

  test('the brush chooses whole bins, and a double click goes back', async () => {
    const { page } = await openPage(browser, `${url}/?${DESK}&span=1h&panels=packets`, 1280, 720);
    await answered(page);
    const overlay = (await page.locator('[data-panel="packets"] .overlay').boundingBox())!;
    const y = overlay.y + overlay.height / 2;
    await page.mouse.move(overlay.x + overlay.width * 0.25, y);
    await page.mouse.down();
    await page.mouse.move(overlay.x + overlay.width * 0.5, y, { steps: 4 });
    await page.mouse.up();
    const span = new URL(page.url()).searchParams.get('span')!;
    const [from, to] = span.split('/').map((time) => Date.parse(time) / 1000) as [number, number];
    expect([from % 60, to % 60]).toEqual([0, 0]);
    expect((to - from) / 60).toBeGreaterThan(5);
    expect((to - from) / 60).toBeLessThan(10);
    await answered(page);
    await page.locator('[data-panel="packets"] .overlay').dblclick();
    expect(new URL(page.url()).searchParams.get('span')).toBe('1h');
    await page.close();
  });

  test('CSV is the table that is shown, and PNG a picture of it', async () => {
    const { page, problems } = await openPage(browser, `${url}/?${DESK}&${FIXED}`, 1280, 720);
    await answered(page);
    const csv = await saved(page, 'CSV', 'ports');
    expect(csv.name).toBe('kurayami-ports-session1-2026-01-01T00-15-00Z-2026-01-01T00-30-00Z.csv');
    const [header, ...lines] = csv.bytes.toString('utf8').trimEnd().split('\r\n');
    expect(header).toBe('key,name,packets,bytes,flows,share,change,session,from,to,filter,simulated,absentPackets');
    const listed = lines.map((line) => line.split(',')).filter(([key]) => key !== 'other');
    expect(listed.map(([key, , packets]) => [key, Number(packets)])).toEqual(await rowsOf(page, 'ports'));
    const series = await saved(page, 'CSV', 'packets');
    const sums = series.bytes.toString('utf8').trimEnd().split('\r\n').slice(1);
    const packets = sums.reduce(
      (sum, line) =>
        sum +
        line
          .split(',')
          .slice(3, -6)
          .reduce((all, cell) => all + Number(cell), 0),
      0,
    );
    const { rows } = await ask<Top>(url, `top?by=class&${SPAN}`);
    expect(packets).toBe(rows.reduce((sum, row) => sum + row.packets, 0));
    for (const panel of ['packets', 'ports', 'map', 'ledger']) {
      const png = await saved(page, 'save as a picture', panel);
      expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
      const colours = await page.evaluate(async (base64) => {
        const image = new Image();
        image.src = `data:image/png;base64,${base64}`;
        await image.decode();
        const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
        const context = canvas.getContext('2d')!;
        context.drawImage(image, 0, 0);
        const words = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
        return new Set(words).size;
      }, png.bytes.toString('base64'));
      expect(colours, panel).toBeGreaterThan(60);
    }
    expect(problems).toEqual([]);
    await page.close();
  });

  test('a server that goes away is told, and asked again by itself when it is back', async () => {
    const port = new URL(url).port;
    const { page } = await openPage(browser, `${url}/?${DESK}&${FIXED}&panels=ports`, 1280, 720);
    await answered(page);
    const before = await rowsOf(page, 'ports');
    await interrupt(running);
    await page.locator('[data-panel="countries"] .ranked-row').first().press('Enter');
    await until(
      'word of it',
      () => stateOf(page, 'ports'),
      (state) => state === 'problem',
      30_000,
    );
    expect(await page.locator('[data-panel="ports"] .desk-told').textContent()).toContain('does not answer');
    running = runProgram(['server', '--port', port, '--data', data]);
    await addressOf(running);
    await answered(page);
    expect(await rowsOf(page, 'ports')).not.toEqual(before);
    await page.close();
  });
});
