/** A capture that is dropped on the page, with no server behind it: scene, bar, filter, desk and packets work. */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserInstalled, openBrowser } from '../support/browser.ts';
import { makeFolder } from '../support/folders.ts';
import { program, until } from '../support/program.ts';
import { rowsOf } from './desk-page.ts';
import { type PageServer, startPageServer } from './page-server.ts';
import { look, seen, shown } from './replay-page.ts';

function canRead(program_: string): boolean {
  try {
    execFileSync(program_, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!browserInstalled)('a capture on the page', () => {
  let browser: Browser;
  let server: PageServer;
  let folder = '';
  let remove: () => Promise<void>;
  let capture = '';
  let packets = 0;

  beforeAll(async () => {
    browser = await openBrowser();
    ({ folder, remove } = await makeFolder());
    capture = join(folder, 'night.pcap');
    await program([
      'simulate',
      '--scenario',
      'scan',
      '--rate',
      '60',
      '--duration',
      '30',
      '--seed',
      '7',
      '--out',
      capture,
    ]);
    packets = JSON.parse((await program(['inspect', '--json', capture])).stdout).packets;
    // Pages and tables are served, and nothing else: every live connection ends at once.
    server = await startPageServer({ onViewer: (socket) => socket.terminate() });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await remove?.();
  });

  async function open(query: string, work: (page: Page, problems: string[]) => Promise<void>): Promise<void> {
    const page = await browser.newPage({ viewport: { width: 1100, height: 620 } });
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    try {
      await page.goto(`${server.url}?lang=en&quality=low&${query}`);
      await work(page, problems);
      expect(problems).toEqual([]);
    } finally {
      await page.close();
    }
  }

  /** As a hand does it: over the page, and let go. */
  async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
    await page.evaluate(
      ([file, base64]) => {
        const data = new DataTransfer();
        const content = Uint8Array.from(atob(base64!), (letter) => letter.charCodeAt(0));
        data.items.add(new File([content], file!));
        for (const type of ['dragover', 'drop'])
          window.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      [name, bytes.toString('base64')],
    );
  }

  test('is played to its end: every flow offered once, every packet accounted for', async () => {
    await open('speed=5', async (page) => {
      await drop(page, 'night.pcap', await readFile(capture));
      await page.locator('.status-text').filter({ hasText: 'a file, read in this page' }).waitFor();
      await page.keyboard.press(']');
      const end = await seen(page, 'the end', ({ replay }) => replay?.isFinished === true, 90_000);
      expect(end.kind).toBe('file');
      expect(end.ledger.drawn + end.ledger.expired).toBe(end.ledger.received);
      expect(end.viewer!.offered).toBe(end.viewer!.sent);
      // The link of what is only here would show nobody anything.
      expect(new URL(page.url()).searchParams.get('session')).toBeNull();
      const captured = page.locator('.ledger-row').filter({ hasText: 'captured' }).locator('.count');
      await expect.poll(() => captured.textContent()).toBe(packets.toLocaleString('en'));
      expect(await page.locator('.verdict').textContent()).toBe('✓ balances to the packet');
    });
  });

  test('has bar, filter and desk', async () => {
    await open('desk=full&span=2026-01-01T00:00:00Z/2026-01-01T00:00:30Z', async (page) => {
      await drop(page, 'night.pcap', await readFile(capture));
      await seen(page, 'the replay', ({ replay }) => replay !== null);
      await page.locator('body').press('Space');
      const states = () =>
        page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>('.desk-panel')].map((one) => [
            one.dataset.panel,
            one.dataset.state,
          ]),
        );
      const told = await until('answers', states, (all) =>
        all.every(([, state]) => state === 'current' || state === 'problem'),
      );
      // All of them have what they need: payloads, too, since whoever has the file may see what is in it.
      expect(told.filter(([, state]) => state === 'problem')).toEqual([]);
      const payloads = page.locator('[data-panel="payloads"] .payload-open');
      await expect.poll(() => payloads.count()).toBeGreaterThan(3);
      await payloads.first().press('Enter');
      await page.locator('.payload-dialog .dump tbody tr').first().waitFor();
      // No server is asked for what is only here.
      expect(await page.locator('a[href*="malicious-sites"]:visible').count()).toBe(0);
      await page.keyboard.press('Escape');
      const ports = await rowsOf(page, 'ports');
      expect(ports.length).toBeGreaterThan(3);
      const field = page.locator('.filter-input');
      await field.fill('udp');
      await field.press('Enter');
      await seen(page, 'the filter', ({ viewer }) => (viewer?.filteredOut ?? 0) > 0);
      const bar = page.locator('.time-bar-track');
      await bar.press('Home');
      await bar.press('PageUp');
      const { replay } = await shown(page);
      expect(replay!.atSeconds).toBeGreaterThan(replay!.session.firstSeconds + 1);
      expect(await page.locator('.time-bar-history').getAttribute('d')).toMatch(/^M/);
    });
  });

  test.skipIf(!canRead('tcpdump'))('leads from a streak to its packets, which tcpdump reads', async () => {
    await open('', async (page) => {
      await drop(page, 'night.pcap', await readFile(capture));
      await seen(page, 'streaks', ({ inFlight }) => inFlight > 20);
      await page.locator('body').press('Space');
      await shown(page);
      const place = await page.evaluate(() => {
        for (let slot = 0; slot < 5_000; slot++) {
          const spark = window.kurayami!.sparkPlace(slot);
          if (spark && document.elementFromPoint(spark.x, spark.y)?.id === 'picture') return spark;
        }
        return null;
      });
      await page.mouse.move(place!.x, place!.y);
      await page.locator('.card-hover').waitFor({ state: 'visible' });
      await page.mouse.click(place!.x, place!.y);
      const card = page.locator('.card-pinned');
      const source = (await page.evaluate(() => window.kurayami!.state.pinned!.source)) as string;
      await card.getByRole('button', { name: /packets/i }).press('Enter');
      const coming = page.waitForEvent('download');
      await page.getByRole('button', { name: /save all/ }).press('Enter');
      const saved = await (await coming).path();
      const told = execFileSync('tcpdump', ['-nn', '-r', saved], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      expect(told.trim().split('\n').length).toBeGreaterThan(0);
      expect(told).toContain(source);
    });
  });

  test('that is none, is empty or breaks off: says so, and what is shown stays', async () => {
    await open('', async (page) => {
      const whole = await readFile(capture);
      await drop(page, 'night.pcap', whole);
      await seen(page, 'the replay', ({ replay }) => replay?.session.name === 'night.pcap');
      await drop(page, 'letter.txt', Buffer.from('dear analyst, '.repeat(40)));
      await seen(page, 'why not', ({ problem }) => problem === 'PAGE_NO_CAPTURE');
      await page.locator('.time-bar-note').filter({ hasText: 'that is no capture' }).waitFor();
      expect((await look(page)).replay!.session.name).toBe('night.pcap');
      await drop(page, 'header.pcap', whole.subarray(0, 24));
      await seen(page, 'why not', ({ problem }) => problem === 'PAGE_NO_FLOWS');
      expect((await look(page)).replay!.session.name).toBe('night.pcap');
      const cut = join(folder, 'cut.pcap');
      await writeFile(cut, whole.subarray(0, whole.length >> 1));
      await drop(page, 'cut.pcap', await readFile(cut));
      await seen(page, 'the half', ({ replay }) => replay?.session.name === 'cut.pcap');
      await page
        .locator('.damage')
        .filter({ hasText: /cut\.pcap/ })
        .waitFor();
    });
  });
});
