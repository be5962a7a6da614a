/** The sheet about a source or a port: ways to it, its figures, nonsense in a link, the keyboard, and who sees targets. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textOf } from '../../viz/text/text.ts';
import { ask, ledgerAtRest } from '../support/api.ts';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { makeFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, type RunningProgram, runProgram, until } from '../support/program.ts';
import { answered, number } from './desk-page.ts';
import { openFewStreaks } from './few-streaks.ts';
import { momentText, sheetOf } from './walk-page.ts';

const text = textOf('en');
const SPAN = 'span=2026-01-01T00:00:00Z/2026-01-01T00:10:00Z';
const ASKED = 'session=1&from=2026-01-01T00:00:00Z&to=2026-01-01T00:10:00Z';
const QUERY = `quality=low&lang=en&${SPAN}`;
const WAIT_MILLISECONDS = 90_000;
const SIZES = [
  [1280, 720],
  [1600, 1000],
  [390, 844],
] as const;

interface Row {
  key: string;
  packets: number;
}
type Breakdown = Record<'port' | 'source' | 'ttl' | 'country' | 'network' | 'target', Row[]> & {
  all: { packets: number; flows: number; sources: number; targets?: number; first: string; last: string };
};

const dialog = (page: Page) => page.locator('.about-dialog');
const chosen = (page: Page) => new URL(page.url()).searchParams.get('about');
const listed = (rows: readonly Row[]) => rows.slice(0, 12).map(({ key, packets }) => [key, packets]);

describe.skipIf(!browserInstalled)('the sheet about a source or a port', { timeout: 400_000 }, () => {
  let browser: Browser;
  let running: RunningProgram;
  let [url, data, loudest] = ['', '', ''];
  let remove: () => Promise<void>;

  beforeAll(async () => {
    browser = await openBrowser();
    const made = await makeFolder();
    remove = made.remove;
    data = join(made.folder, 'data');
    const capture = join(made.folder, 'ten-minutes.pcap');
    await program(['simulate', '--rate', '30', '--duration', '600', '--seed', '5', '--out', capture]);
    running = runProgram(['start', '--port', '0', '--data', data, '--read', capture, '--speed', 'max']);
    url = await addressOf(running, WAIT_MILLISECONDS);
    await ledgerAtRest(url, WAIT_MILLISECONDS);
    const { rows } = await ask<{ rows: Row[] }>(url, `top?by=source&limit=1&${ASKED}`);
    loudest = rows[0]!.key;
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    if (running) await interrupt(running);
    await remove?.();
  });

  async function open(query: string) {
    const { page, problems } = await openPage(browser, `${url}/?${query}`, 1280, 720);
    page.setDefaultTimeout(WAIT_MILLISECONDS);
    return { page, problems };
  }

  test('a row’s button opens it, its figures are the API’s, Escape closes it and the address forgets it', async () => {
    // What the page is filtered by does not filter the sheet.
    const { page, problems } = await open(`${QUERY}&desk=full&filter=src+host+${loudest}`);
    await answered(page);
    const button = page.locator(`[data-about="source:${loudest}"]`);
    await button.press('Enter');
    const sheet = await sheetOf(page);
    expect(chosen(page)).toBe(`source:${loudest}`);
    const truth = await ask<Breakdown>(url, `sources/${loudest}?${ASKED}`);
    const { all, port, ttl } = truth;
    expect(sheet.title).toBe(`Source ${loudest}`);
    expect([text.packets, text.aboutFlows].map((name) => number(sheet.facts[name]!))).toEqual([all.packets, all.flows]);
    expect(sheet.facts[text.aboutFirst]).toBe(momentText(all.first));
    expect(sheet.facts[text.aboutLast]).toBe(momentText(all.last));
    expect(sheet.facts[text.aboutSince]).toBe('2026-01-01');
    expect(sheet.groups[text.aboutPorts]).toEqual(listed(port));
    expect(sheet.groups[text.aboutTtl]).toEqual(listed(ttl));

    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'hidden' });
    expect(chosen(page)).toBeNull();
    // A source by which nothing is filtered has a port, and that a sheet; its sources lead back. With shift a row is a filter.
    await page.goto(`${url}/?${QUERY}&about=port:23/tcp`);
    const telnet = await ask<Breakdown>(url, `ports/tcp/23?${ASKED}`);
    const byPort = await sheetOf(page);
    expect(byPort.title).toBe('Port 23/tcp Telnet');
    expect(number(byPort.facts[text.aboutSources]!)).toBe(telnet.all.sources);
    expect(byPort.groups[text.deskSources]).toEqual(listed(telnet.source));
    expect(byPort.groups[text.country]).toEqual(listed(telnet.country));
    // Names of networks come later than the figures, one by one.
    const network = telnet.network.filter(({ key }) => key !== 'unknown')[1]!.key;
    const { name } = await ask<{ name: string }>(url, `networks/${network.slice(2)}`);
    await dialog(page).locator(`.about-key[data-key="${network}"]`).getByText(name).waitFor();
    const first = telnet.source[0]!;
    await dialog(page).locator(`.about-key[data-key="${first.key}"]`).press('Enter');
    await page.waitForURL(/about=source/);
    expect((await sheetOf(page)).title).toBe(`Source ${first.key}`);
    await page.getByRole('button', { name: text.aboutOnly }).press('Enter');
    await dialog(page).waitFor({ state: 'hidden' });
    expect(await page.evaluate(() => window.kurayami!.state.filter)).toBe(`src host ${first.key}`);
    expect(problems).toEqual([]);
    await page.close();
  });

  test('viewers see no targets, analysts do', async () => {
    const token = await program(['token', 'add', '--role', 'analyst', '--name', 'Aoi', '--data', data]);
    const { page } = await open(`${QUERY}&about=source:${loudest}`);
    const masked = await sheetOf(page);
    expect(Object.keys(masked.facts)).not.toContain(text.aboutTargets);
    expect(Object.keys(masked.groups)).not.toContain(text.target);
    expect(await page.content()).not.toContain('198.18.');
    await page.keyboard.press('Escape');
    await page.keyboard.press('i');
    await page.locator('.sign-in-token').fill(token.stdout.trim());
    await page.keyboard.press('Enter');
    await page.locator('.who').getByText('Aoi').waitFor();
    await page.goto(page.url().replace(/&about=[^&]*|$/, `&about=source:${loudest}`));
    const { all, target } = await ask<Breakdown>(url, `sources/${loudest}?${ASKED}`, {
      Authorization: `Bearer ${token.stdout.trim()}`,
    });
    const seen = await sheetOf(page);
    expect(number(seen.facts[text.aboutTargets]!)).toBe(all.targets);
    expect(seen.groups[text.target]).toEqual(listed(target));
    await page.close();
  });

  test('what a link says is taken by its sense, and nonsense opens nothing', async () => {
    const { page, problems } = await open(`${QUERY}&about=source:192.0.2.1`);
    expect((await sheetOf(page)).facts).toEqual({ [text.packets]: text.aboutNothing });
    for (const nonsense of [
      'port:70000/tcp',
      'port:23/icmp',
      'source:',
      'source:198.51.100.256',
      '<img src=x onerror=alert(1)>',
      'a'.repeat(5_000),
    ]) {
      await page.goto(`${url}/?${QUERY}&about=${encodeURIComponent(nonsense)}`);
      await page.waitForFunction(() => window.kurayami?.state.totals);
      expect(await page.evaluate(() => window.kurayami!.state.about), nonsense).toBeNull();
      expect(await dialog(page).isVisible()).toBe(false);
    }
    expect(problems).toEqual([]);
    await page.close();
  });

  test.for(['en', 'ja'] as const)('no sheet is wider than its window, at any size: %s', async (language) => {
    for (const about of [`source:${loudest}`, 'port:23/tcp']) {
      const { page } = await open(`quality=low&lang=${language}&${SPAN}&about=${about}`);
      await sheetOf(page);
      for (const [width, height] of SIZES) {
        await page.setViewportSize({ width, height });
        await page.waitForTimeout(500);
        if (process.env.KURAYAMI_PICTURES) {
          const name = `about-${about.slice(0, 4)}-${language}-${width}`;
          await page.screenshot({ path: `test-output/pictures/${name}.png` });
        }
        expect(await overflowOf(page), `${about} at ${width}`).toEqual({ wide: 0, cut: [] });
      }
      await page.close();
    }
  });

  test('the card of a pinned streak leads to it, and a server that does not know says so', async () => {
    const few = await openFewStreaks(browser, 'lang=en');
    const { page, batch } = few;
    await few.setSeconds(1.7);
    const spot = await until(
      'a streak that nothing lies over',
      () =>
        page.evaluate((all) => {
          const places = Array.from({ length: all }, (_, slot) => window.kurayami!.sparkPlace(slot));
          return places.find((place) => place && document.elementFromPoint(place.x, place.y)?.id === 'picture') ?? null;
        }, batch.length),
      (place) => place !== null,
    );
    await page.mouse.click(spot!.x, spot!.y);
    const source = await page.evaluate(() => window.kurayami!.state.pinned!.source);
    await page.getByRole('button', { name: text.aboutThisSource }).click();
    expect(chosen(page)).toBe(`source:${source}`);
    const sheet = await sheetOf(page, 'problem');
    expect(sheet.title).toBe(`Source ${source}`);
    expect(sheet.facts).toEqual({});
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'hidden' });
    // The pinned streak is still there: Escape was the sheet's.
    expect(await page.evaluate(() => window.kurayami!.state.pinned?.source)).toBe(source);
    await few.close();
  });
});

/** How much wider what the sheet holds is than it, and what is cut off in it. */
function overflowOf(page: Page) {
  return page.evaluate(() => {
    const sheet = document.querySelector('.about-dialog')!;
    const parts = [...sheet.querySelectorAll<HTMLElement>('dt, dd, h3, .about-count, button.key-button')];
    const cut = parts.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent);
    return { wide: sheet.scrollWidth - sheet.clientWidth, cut };
  });
}
