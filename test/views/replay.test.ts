/** The past in the same scene: a flood and a real scan on the page of the real program. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledgerOf } from '../support/api.ts';
import { browserInstalled, coloursIn, openBrowser, openPage } from '../support/browser.ts';
import { capturesFolder } from '../support/captures.ts';
import { expectSame, look, pictureOf, seen, shown } from './replay-page.ts';
import { type Replays, type Session, startReplays } from './replay-server.ts';

describe.skipIf(!browserInstalled)('a replay', () => {
  let browser: Browser;
  let replays: Replays;
  let url = '';
  let token = '';
  let flood: Session;

  beforeAll(async () => {
    browser = await openBrowser();
    replays = await startReplays();
    ({ url, token, flood } = replays);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await replays?.stop();
  });

  async function open(query: string, work: (page: Page, problems: string[]) => Promise<void>): Promise<void> {
    const { page, problems } = await openPage(browser, `${url}/?lang=en&quality=low&${query}`, 960, 540);
    try {
      await work(page, problems);
      expect(problems).toEqual([]);
    } finally {
      await page.close();
    }
  }

  const at = (seconds: number) => new Date(Date.parse(flood.first) + seconds * 1000).toISOString();

  test.for(['2', '60', '1000', 'max'])(
    'of a flood, at speed %s: every flow is offered once, and accounted for',
    async (speed) => {
      const { sensors } = await ledgerOf(url, flood.id);
      const flows = sensors[0]!.server.flowsStored!;
      await open(`session=${flood.id}&speed=${speed}`, async (page) => {
        const { ledger, viewer, kind, packets } = await seen(
          page,
          'the end',
          ({ replay }) => replay?.isFinished === true,
          120_000,
        );
        // Where it is over in a second there is not room in the air for all of it; `max` takes its time for so short a one.
        const { sent, sampledOut } = viewer!;
        expect(viewer).toEqual({ offered: flows, sent: flows - sampledOut, sampledOut, filteredOut: 0 });
        expect(sampledOut > 0).toBe(speed === '60' || speed === '1000');
        expect(ledger.received).toBe(sent);
        expect(ledger.drawn + ledger.expired).toBe(sent);
        expect(ledger.drawn).toBeGreaterThan(sent * 0.9);
        expect([kind, packets]).toEqual(['file', flood.packets]);
        expect(await page.locator('.badge').first().textContent()).toMatch(/^REPLAY ×/);
        expect(await page.locator('.verdict').textContent()).toBe('✓ balances to the packet');
      });
    },
  );

  test.for([0.1, 1, 5])('of a flood, at speed %s: no faster than that, and not left behind', async (speed) => {
    await open(`session=${flood.id}&speed=${speed}`, async (page) => {
      await seen(page, 'a replay that goes on', ({ replay }) => replay !== null && !replay.isWaiting);
      const passed = await page.evaluate(async () => {
        const now = () => [performance.now() / 1000, window.kurayami!.state.replay!.atSeconds] as const;
        const [wall, at] = now();
        await new Promise((resolve) => setTimeout(resolve, 4_000));
        const [laterWall, laterAt] = now();
        return { wallSeconds: laterWall - wall, replaySeconds: laterAt - at };
      });
      // The moment goes on with pictures: what is read may be that of one before. Where these come slowly, so does the replay.
      const { replaySeconds, wallSeconds } = passed;
      expect(replaySeconds).toBeLessThan((wallSeconds + 1) * speed);
      expect(replaySeconds).toBeGreaterThan(wallSeconds * 0.3 * speed);
      expect(await page.locator('.badge').first().textContent()).toContain(`×${speed}`);
    });
  });

  test('with a filter, what it leaves out is counted, and one that is broken leaves the scene as it was', async () => {
    await open(`session=${flood.id}&at=${at(20)}&pause&filter=tcp`, async (page) => {
      const { viewer } = await shown(page);
      expect(viewer!.filteredOut).toBeGreaterThan(0);
      expect(viewer!.offered).toBe(viewer!.sent + viewer!.sampledOut + viewer!.filteredOut);
      const { inFlight } = await look(page);
      expect(inFlight).toBeGreaterThan(0);
      const field = page.locator('.filter-input');
      await field.fill('dst port 99999');
      await field.press('Enter');
      await page
        .locator('.filter-problem, .filter-complaint, [role="alert"]')
        .filter({ hasText: /port/ })
        .first()
        .waitFor();
      expect((await look(page)).inFlight).toBe(inFlight);
      await field.fill('udp');
      await field.press('Enter');
      await seen(page, 'another filter', ({ inFlight: now }) => now !== inFlight);
    });
  });

  test('a link is a picture: the same each time, another at another moment', async () => {
    const pictures: Buffer[] = [];
    const linkTo = (seconds: number) => `session=${flood.id}&at=${at(seconds)}&speed=2&pause&camera=20,150,1.1`;
    for (const seconds of [33, 33, 21]) {
      await open(linkTo(seconds), async (page) => {
        await shown(page);
        pictures.push(await pictureOf(page));
      });
    }
    // It depends on where one is, and not on how one came there.
    await open(linkTo(21), async (page) => {
      await page.setViewportSize({ width: 800, height: 700 });
      await shown(page);
      await page.setViewportSize({ width: 960, height: 540 });
      // Twice as fast, a step is two seconds.
      for (const key of '......,,..') await page.keyboard.press(key);
      await seen(page, 'the moment', ({ replay }) => replay!.atSeconds === Date.parse(at(33)) / 1000);
      await shown(page);
      pictures.push(await pictureOf(page));
    });
    for (const same of [1, 3]) await expectSame(pictures[0]!, pictures[same]!);
    expect(pictures[2]!.equals(pictures[0]!)).toBe(false);
  });

  test('the bar, its buttons and the keyboard: go there, step, choose, loop, mark, and back to live', async () => {
    await open('', async (page) => {
      await seen(page, 'live traffic', ({ packets }) => packets > 0);
      // From live into the past of the live session, and back.
      await page.keyboard.press(',');
      await seen(page, 'a replay that stands', ({ replay }) => replay?.isPlaying === false);
      await page.keyboard.press('End');
      await seen(page, 'live again', ({ replay, kind }) => replay === null && kind === 'simulated');
      await expect.poll(() => new URL(page.url()).searchParams.get('at')).toBeNull();
    });
    await open(`session=${flood.id}&pause`, async (page) => {
      await shown(page);
      const bar = page.locator('.time-bar-track');
      await bar.press('ArrowRight');
      const one = (await shown(page)).replay!.atSeconds;
      expect(one).toBeGreaterThan(Date.parse(flood.first) / 1000);
      await bar.press('Home');
      await seen(
        page,
        'the begin',
        ({ replay }) => Math.abs(replay!.atSeconds - Date.parse(flood.first) / 1000) < 0.01,
      );
      await page.locator('body').press('.');
      await seen(
        page,
        'a step',
        ({ replay }) => Math.abs(replay!.atSeconds - Date.parse(flood.first) / 1000 - 1) < 0.01,
      );
      await page.keyboard.press(']');
      expect((await look(page)).replay!.speed).toBe(2);
      await page.keyboard.press('j');
      expect(await page.locator('.time-bar-bookmarks path').count()).toBe(1);
      const box = (await bar.boundingBox())!;
      const move = (share: number) => page.mouse.move(box.x + box.width * share, box.y + 10);
      await move(0.5);
      await page.mouse.down();
      await move(0.55);
      await move(0.6);
      await page.mouse.up();
      const chosen = () => new URL(page.url()).searchParams.get('span') ?? '';
      await expect.poll(chosen).toContain('/');
      const span = chosen()
        .split('/')
        .map((time) => Date.parse(time) / 1000);
      expect(span[1]! - span[0]!).toBeGreaterThan(3);
      await page.keyboard.press('o');
      await page.keyboard.press('Space');
      await page.mouse.click(box.x + box.width * 0.55, box.y + 10);
      await seen(page, 'within the loop', ({ replay }) => replay!.isLooping && replay!.atSeconds >= span[0]!);
      await page.waitForTimeout(4_000);
      const { replay } = await look(page);
      expect(replay!.isPlaying).toBe(true);
      expect(replay!.atSeconds).toBeLessThan(span[1]! + 3);
    });
  });

  test('a server that answers late: the bar shows what is recorded all the same', async () => {
    await open('', async (page) => {
      let late = 0;
      await page.route('**/api/v1/series?*by=total&session=*', async (route) => {
        late += 1;
        // Longer than the time after which there is more.
        const stepSeconds = Number(new URL(route.request().url()).searchParams.get('step'));
        await new Promise((resolve) => setTimeout(resolve, (stepSeconds + 1.5) * 1_000));
        await route.continue();
      });
      await page.reload();
      await page.locator('.time-bar-history[d^="M"]').waitFor({ state: 'attached', timeout: 90_000 });
      expect(late).toBeGreaterThan(0);
    });
  });

  test('a link to what is not there says so, and shows what is live', async () => {
    await open('session=999', async (page) => {
      await seen(page, 'why not', ({ problem }) => problem === 'API_NO_SESSION');
      await page.locator('.time-bar-note').filter({ hasText: 'that session is not there any more' }).waitFor();
      await seen(page, 'live traffic', ({ kind, replay }) => kind === 'simulated' && replay === null);
    });
  });

  test('a picture is saved with its marks, as PNG', async () => {
    await open(`session=${flood.id}&at=${at(20)}&pause`, async (page) => {
      await shown(page);
      const coming = page.waitForEvent('download');
      await page.getByRole('button', { name: 'save picture' }).click();
      const saved = await coming;
      expect(saved.suggestedFilename()).toMatch(/^kurayami-2026-01-01T0000\d\dZ\.png$/);
      const bytes = await readFile(await saved.path());
      expect(bytes.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
      expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([960, 540]);
      expect(await coloursIn(page, bytes)).toBeGreaterThan(200);
    });
  });

  test('recordings are listed: viewers play them, analysts name and delete them', async () => {
    await open('', async (page) => {
      await seen(page, 'live traffic', ({ packets }) => packets > 0);
      await page.keyboard.press('e');
      const row = page.locator('.session-row').filter({ hasText: 'flood.pcap' });
      await row.waitFor();
      expect(await row.getByRole('button', { name: 'delete' }).isVisible()).toBe(false);
      await row.getByRole('button', { name: 'play' }).press('Enter');
      const { kind } = await seen(page, 'the flood', ({ kind: now }) => now === 'file');
      expect(kind).toBe('file');
    });
    await open('', async (page, problems) => {
      await page.evaluate(
        (given) =>
          fetch('api/v1/sign-in', {
            method: 'POST',
            body: JSON.stringify({ token: given }),
            headers: { 'content-type': 'application/json' },
          }),
        token,
      );
      await page.reload();
      await seen(page, 'live traffic', ({ packets }) => packets > 0);
      await page.keyboard.press('e');
      const row = page.locator('.session-row').filter({ hasText: 'flood.pcap' });
      await row.getByRole('button', { name: 'rename' }).press('Enter');
      const field = page.locator('.session-change-dialog[open]').getByLabel('new name');
      expect(await field.inputValue()).toBe('flood.pcap');
      // Nothing but spaces is no name, Escape changes nothing and goes back to where one was.
      await field.fill('   ');
      await field.press('Enter');
      expect(await field.isVisible()).toBe(true);
      await field.press('Escape');
      expect(await field.isVisible()).toBe(false);
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('rename');
      await row.getByRole('button', { name: 'rename' }).press('Enter');
      await field.fill('  <b>night</b> ');
      await field.press('Enter');
      const renamed = page.locator('.session-row').filter({ hasText: '<b>night</b>' });
      await renamed.waitFor();
      expect(await replays.named('<b>night</b>')).toMatchObject({ id: flood.id });
      await renamed.getByRole('button', { name: 'delete' }).click();
      const asked = page.locator('.session-change-dialog[open]');
      expect(await asked.textContent()).toContain('Delete “<b>night</b>”?');
      await asked.getByRole('button', { name: 'close' }).click();
      expect(await replays.named('<b>night</b>')).toMatchObject({ id: flood.id });
      await renamed.getByRole('button', { name: 'delete' }).click();
      // Of what is refused one is told where one asked.
      await page.route('**/api/v1/sessions/*', (route) => route.abort(), { times: 1 });
      await asked.getByRole('button', { name: 'delete' }).click();
      await asked.getByRole('alert').filter({ hasText: 'PAGE_SERVER_AWAY' }).waitFor();
      expect(problems.splice(0)).toEqual(['Failed to load resource: net::ERR_FAILED']);
      await asked.getByRole('button', { name: 'delete' }).click();
      await renamed.waitFor({ state: 'detached' });
      await expect.poll(() => asked.count()).toBe(0);
      expect(await replays.named('<b>night</b>')).toBeUndefined();
    });
  });

  test.skipIf(capturesFolder === null).for(['5', '60', '1000', 'max'])(
    'of a real scan at %s ends with every probe drawn',
    async (speed) => {
      const scan = replays.scan!;
      await open(`session=${scan.id}&speed=${speed}`, async (page) => {
        const { ledger, packets } = await seen(page, 'the end', ({ replay }) => replay?.isFinished === true, 90_000);
        expect(packets).toBe(scan.packets);
        expect(ledger.drawn + ledger.expired).toBe(ledger.received);
      });
    },
  );
});
