/** The filter on the page of the real program: typed, suggested, corrected, kept, linked; and what flies under it. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram, until } from '../support/program.ts';

const WAIT_MILLISECONDS = 60_000;
/** A busy machine takes its time. */
const START_MILLISECONDS = 120_000;

async function start(words: readonly string[] = []) {
  const data = join(await testFolder(), 'data');
  const args = (port: string) => ['start', '--port', port, '--data', data, '--rate', '150', ...words];
  let running = runProgram(args('0'));
  onTestFinished(async () => void (await interrupt(running)));
  const url = await addressOf(running, START_MILLISECONDS);
  const restart = async () => {
    await interrupt(running);
    running = runProgram(args(new URL(url).port));
    await addressOf(running, START_MILLISECONDS);
  };
  return { url, data, restart };
}

const standing = (page: Page) =>
  page.evaluate(() => {
    const chip = document.querySelector<HTMLElement>('.filter-chip')!;
    return { shown: !chip.hidden, standing: chip.dataset.standing, words: chip.textContent };
  });

/** Waits until the chip says so. */
function chip(page: Page, wanted: string) {
  return until(
    `the chip to say ${wanted}`,
    () => standing(page),
    ({ shown, standing: is }) => (wanted === 'all' ? !shown : shown && is === wanted),
    WAIT_MILLISECONDS,
  );
}

const ports = (page: Page) => page.evaluate(() => window.kurayami!.flying(500).map(({ targetPort }) => targetPort));
const flies = (page: Page) =>
  until(
    'streaks',
    () => ports(page),
    (found) => found.length > 3,
    WAIT_MILLISECONDS,
  );
const state = (page: Page) => page.evaluate(() => window.kurayami!.state);
const input = (page: Page) => page.locator('.filter-input');

describe.skipIf(!browserInstalled)('the filter of the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  test('is typed with suggestions; only what it selects flies and is counted; a link shows the same', async () => {
    const { url } = await start();
    const { page, problems } = await openPage(browser, `${url}/?quality=low&lang=en`, 1280, 720);
    await flies(page);
    await page.keyboard.press('/');
    await page.keyboard.type('telnet');
    await page.getByRole('option', { name: 'dst port 23 Telnet' }).waitFor();
    await page.keyboard.press('ArrowDown');
    expect(await input(page).getAttribute('aria-activedescendant')).toBe('filter-suggestion-0');
    await page.keyboard.press('Enter');
    expect(await input(page).inputValue()).toBe('dst port 23 ');
    await page.keyboard.press('Enter');
    expect((await chip(page, 'holds')).words).toMatch(/^FILTERdst port 23since \d\d:\d\d:\d\d/);
    expect(await page.evaluate(() => document.activeElement?.className)).not.toBe('filter-input');
    expect(new URL(page.url()).searchParams.get('filter')).toBe('dst port 23');

    expect(new Set(await flies(page))).toEqual(new Set([23]));
    const { totals } = await until(
      'figures',
      () => state(page),
      (now) => (now.totals?.viewer.filteredOut ?? 0) > 50,
    );
    const { offered, sent, sampledOut, filteredOut } = totals!.viewer;
    expect(offered).toBe(sent + sampledOut + filteredOut);
    expect(totals!.topPorts.map(({ port }) => port)).toEqual([23]);

    const linked = await openPage(browser, page.url(), 1280, 720);
    await chip(linked.page, 'holds');
    expect(new Set(await flies(linked.page))).toEqual(new Set([23]));
    expect(await input(linked.page).inputValue()).toBe('dst port 23');

    // Without panels the words stay, and the line comes when it is called.
    await page.keyboard.press('h');
    expect((await standing(page)).shown).toBe(true);
    expect(await page.locator('.filter-chip').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'clear the filter' }).click();
    await chip(page, 'all');
    expect(new URL(page.url()).searchParams.has('filter')).toBe(false);
    expect([...problems, ...linked.problems]).toEqual([]);
  });

  test('what is wrong is underlined where it stands, and nothing is applied', async () => {
    const { url } = await start();
    const { page, problems } = await openPage(browser, `${url}/?quality=low&lang=ja`, 960, 540);
    await page.waitForFunction(() => window.kurayami?.state.totals);
    await page.keyboard.press('/');
    await page.keyboard.type('country CN adn tcp');
    expect(await page.locator('.filter-wrong').textContent()).toBe('adn');
    expect(await page.locator('.filter-complaint').textContent()).toMatch(
      /^式として完結していません · .* · FILTER_SYNTAX$/,
    );
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    expect((await state(page)).filter).toBe('');
    expect(await input(page).getAttribute('aria-invalid')).toBe('true');

    for (const [typed, code] of [
      ['<img src=x onerror="window.bad=1">', 'FILTER_SYNTAX'],
      ['('.repeat(5_000), 'FILTER_TOO_LARGE'],
      ['a'.repeat(1_000_000), 'FILTER_TOO_LARGE'],
      ['dst host 192.0.2.1', 'FILTER_SECRET'],
    ] as const) {
      await input(page).fill(typed);
      await page.keyboard.press('Enter');
      expect(await page.locator('.filter-complaint').textContent(), typed.slice(0, 20)).toContain(code);
    }
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await input(page).inputValue()).toBe('');
    expect((await state(page)).filter).toBe('');
    expect(await page.evaluate(() => (window as { bad?: number }).bad)).toBeUndefined();
    expect(problems).toEqual([]);
  });

  test('one that is refused says so, and nothing flies; it holds again after a restart and for an analyst until she leaves', async () => {
    const { url, data, restart } = await start();
    const secret = encodeURIComponent('dst net 198.18.0.0/15 or dst net 2001:db8::/32');
    const { page } = await openPage(browser, `${url}/?quality=low&lang=en&filter=${secret}`, 960, 540);
    expect((await chip(page, 'refused')).words).toContain('FILTER NOT IN FORCE');
    expect((await standing(page)).words).toContain('FILTER_SECRET');
    await page.waitForTimeout(1_500);
    expect(await ports(page)).toEqual([]);

    const token = (await program(['token', 'add', '--role', 'analyst', '--name', 'Aoi', '--data', data])).stdout.trim();
    await page.keyboard.press('i');
    await page.locator('.sign-in-token').fill(token);
    await page.keyboard.press('Enter');
    await chip(page, 'holds');
    await flies(page);
    await restart();
    await chip(page, 'refused');
    expect(await ports(page)).toEqual([]);

    await page.evaluate(() => document.querySelector<HTMLButtonElement>('.filter-chip-clear')!.click());
    await flies(page);
    await page.keyboard.press('/');
    await page.keyboard.type('udp');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await chip(page, 'holds');
    await restart();
    await until(
      'the new server',
      () => state(page),
      ({ connection }) => connection === 'connected',
      WAIT_MILLISECONDS,
    );
    await chip(page, 'holds');
    const protocols = await page.evaluate(() => window.kurayami!.flying(500).map(({ protocol }) => protocol));
    expect(new Set([...protocols, 17])).toEqual(new Set([17]));
  });

  test('filters are kept under names, and nothing in a name is markup', async () => {
    const { url } = await start();
    const { page, problems } = await openPage(browser, `${url}/?quality=low&lang=en&filter=tcp`, 960, 540);
    await chip(page, 'holds');
    const menu = page.locator('.filter-menu-button');
    await menu.click();
    const name = '<img src=x onerror="window.bad=1">';
    await page.locator('.filter-save .filter-name').fill(name);
    await page.keyboard.press('Enter');
    expect(await page.locator('.filter-choose-name').textContent()).toBe(name);
    await page.getByRole('button', { name: `rename: ${name}` }).click();
    await page.locator('.filter-row .filter-name').fill('all TCP');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'clear the filter' }).click();
    await chip(page, 'all');
    await page.reload();
    await page.waitForFunction(() => window.kurayami?.state.totals);
    await menu.click();
    await page.locator('.filter-choose', { hasText: 'all TCP' }).click();
    await chip(page, 'holds');
    expect((await state(page)).filter).toBe('tcp');
    await menu.click();
    expect(await page.locator('.filter-choose').allTextContents()).toEqual(['all TCPtcp', 'tcp']);
    await page.getByRole('button', { name: 'delete: all TCP' }).click();
    expect(await page.locator('.filter-choose').allTextContents()).toEqual(['tcp']);
    expect(await page.evaluate(() => (window as { bad?: number }).bad)).toBeUndefined();
    expect(problems).toEqual([]);
  });
});
