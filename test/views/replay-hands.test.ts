/** What hands do with a replay: scrub, hold two spans against each other, film. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../support/api.ts';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { look, seen, shown } from './replay-page.ts';
import { type Replays, startReplays } from './replay-server.ts';

interface Top {
  rows: { key: string | number; packets: number }[];
}

describe.skipIf(!browserInstalled)('a replay, by hand', () => {
  let browser: Browser;
  let replays: Replays;

  beforeAll(async () => {
    browser = await openBrowser();
    replays = await startReplays();
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await replays?.stop();
  });

  const begin = () => Date.parse(replays.flood.first) / 1000;
  const timeText = (seconds: number) => new Date(seconds * 1000).toISOString();

  async function open(query: string, work: (page: Page) => Promise<void>, height = 540): Promise<void> {
    const address = `${replays.url}/?lang=en&quality=low&session=${replays.flood.id}&pause&${query}`;
    const { page, problems } = await openPage(browser, address, 960, height);
    try {
      await shown(page);
      await work(page);
      expect(problems).toEqual([]);
    } finally {
      await page.close();
    }
  }

  test('the mark is dragged along the bar: the moment goes with it, and a link to it shows the same', async () => {
    let scrubbed: unknown = null;
    /** What flies, and when it is; names and coasts of a page come as they are loaded. */
    const facts = (page: Page) =>
      page.evaluate(() => {
        const { flying, inFlight, state } = window.kurayami!;
        return { flying: flying(10_000), inFlight: inFlight(), at: state.replay!.atSeconds };
      });
    let link = '';
    await open(`at=${timeText(begin() + 5)}`, async (page) => {
      const bar = (await page.locator('.time-bar-track').boundingBox())!;
      const mark = (await page.locator('.time-bar-head').boundingBox())!;
      const y = bar.y + bar.height / 2;
      await page.mouse.move(mark.x + mark.width / 2, y);
      await page.mouse.down();
      const moments: number[] = [];
      for (const share of [0.3, 0.5, 0.7, 0.8]) {
        await page.mouse.move(bar.x + bar.width * share, y, { steps: 4 });
        await page.waitForTimeout(300);
        moments.push((await shown(page)).replay!.atSeconds);
      }
      await page.mouse.up();
      for (let at = 1; at < moments.length; at++) expect(moments[at]!).toBeGreaterThan(moments[at - 1]! + 2);
      // Nothing was chosen: a drag of the mark is no span.
      expect(new URL(page.url()).searchParams.get('span')).toBeNull();
      const last = (await shown(page)).replay!;
      expect(last.isPlaying).toBe(false);
      expect(last.atSeconds).toBeGreaterThan(begin() + 25);
      const at = () => Date.parse(new URL(page.url()).searchParams.get('at') ?? '') / 1000;
      await expect.poll(at).toBeCloseTo(last.atSeconds, 2);
      link = new URL(page.url()).searchParams.get('at')!;
      scrubbed = await facts(page);
    });
    await open(`at=${link}`, async (page) => {
      const linked = await facts(page);
      expect(linked.inFlight).toBeGreaterThan(20);
      expect(linked).toEqual(scrubbed);
    });
  });

  /** Packets a second by key. */
  async function ratesOf(by: string, [from, to]: readonly [number, number]): Promise<Map<string, number>> {
    const words = new URLSearchParams({
      ...{ by, session: String(replays.flood.id), limit: '1000', filter: 'ip or ip6' },
      ...{ from: timeText(from), to: timeText(to) },
    });
    const { rows } = await ask<Top>(replays.url, `top?${words}`);
    return new Map(rows.map(({ key, packets }) => [String(key), packets / (to - from)]));
  }

  test('two spans side by side: what differs is what the API says of each', async () => {
    const second = Math.floor(begin());
    const spans = [5, 22].map((from) => [second + from, second + from + 8] as const);
    const [a, b] = spans.map(([from, to]) => `${timeText(from)}/${timeText(to)}`.replaceAll('.000', '')) as [
      string,
      string,
    ];
    const query = `at=${timeText(begin() + 25)}&desk=full&panels=*compare&with=${a}&span=${b}`;
    await open(
      query,
      async (page) => {
        const lists = page.locator('.compare-list');
        const shownOf = async (list: number, name: string) => {
          const row = lists.nth(list).locator('button.compare-row').filter({ hasText: name }).first();
          return (await row.locator('span').allTextContents()).slice(1, 3).map((text) => Number.parseFloat(text));
        };
        const examples = [
          { list: 0, by: 'port', key: '23/tcp', name: '23/tcp' },
          { list: 1, by: 'country', key: 'US', name: 'United States' },
          { list: 1, by: 'country', key: 'CN', name: 'China' },
        ];
        for (const { list, by, key, name } of examples) {
          const rates = await Promise.all(spans.map(async (span) => (await ratesOf(by, span)).get(key)!));
          // Figures are shown rounded.
          const isShown = async () => {
            const figures = await shownOf(list, name);
            return rates.every((rate, side) => Math.abs(figures[side]! - rate) <= 0.05 + rate * 0.02);
          };
          await expect.poll(isShown, { timeout: 20_000 }).toBe(true);
        }
        // The victim's answers make the greatest difference.
        expect(await lists.nth(1).locator('button.compare-row').first().textContent()).toContain('United States');
        expect(await page.locator('.compare-title').allTextContents()).toHaveLength(2);
      },
      900,
    );
  });

  test('a film is made in the page, and plays', async () => {
    let film = Buffer.alloc(0);
    await open(`at=${timeText(begin() + 15)}`, async (page) => {
      await page.keyboard.press('Space');
      await seen(page, 'a replay that goes on', ({ replay }) => replay!.isPlaying && !replay!.isWaiting);
      const coming = page.waitForEvent('download');
      await page.getByRole('button', { name: 'record', exact: true }).click();
      await page.waitForTimeout(4_000);
      expect((await look(page)).replay!.isPlaying).toBe(true);
      await page.keyboard.press('v');
      const saved = await coming;
      expect(saved.suggestedFilename()).toMatch(/^kurayami-.*\.webm$/);
      film = await readFile(await saved.path());
    });
    expect(film.subarray(0, 4).toString('hex')).toBe('1a45dfa3');
    const player = await browser.newPage();
    const seenInFilm = await player.evaluate(async (base64) => {
      const video = document.createElement('video');
      video.muted = true;
      const content = await (await fetch(`data:video/webm;base64,${base64}`)).blob();
      video.src = URL.createObjectURL(content);
      await video.play();
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
      const context = canvas.getContext('2d')!;
      context.drawImage(video, 0, 0);
      const colours = new Set<number>();
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 0; at < data.length; at += 4) colours.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!);
      const { totalVideoFrames } = video.getVideoPlaybackQuality();
      return { width: canvas.width, seconds: video.currentTime, frames: totalVideoFrames, colours: colours.size };
    }, film.toString('base64'));
    await player.close();
    expect(seenInFilm.width).toBe(960);
    expect(seenInFilm.seconds).toBeGreaterThan(1);
    expect(seenInFilm.frames).toBeGreaterThan(2);
    // No black picture.
    expect(seenInFilm.colours).toBeGreaterThan(200);
  });
});
