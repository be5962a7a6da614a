/**
 * The walk of docs/walk.md: an operator's morning and an analyst's question about one night, on the page of the real program in
 * both languages. Every figure that the walk relies on is the API's, and what it finds out is what the simulator says it did.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Language, textOf } from '../../viz/text/text.ts';
import { ask, ledgerAtRest } from '../support/api.ts';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { until } from '../support/program.ts';
import { answered, number, rowsOf, saved } from './desk-page.ts';
import { actorOf, NIGHT_BEGIN, type Night, startNight } from './walk-night.ts';
import { dateText, momentText, picture, sheetOf } from './walk-page.ts';

/** Pictures are made in both; other tests see to it that the Japanese page has the same parts, and words for all of them. */
const languages: readonly Language[] = process.env.KURAYAMI_PICTURES === undefined ? ['en'] : ['en', 'ja'];
const [WIDTH, HEIGHT] = [1280, 720];
const WAIT_MILLISECONDS = 90_000;
/** What an operator looks at in the morning, and what answers the question; what is hidden asks nothing. */
const MORNING = 'packets.mix.sources.ports.ledger.sensors.-countries.-networks.-rules.-map.-distinct.-payloads.-sites';
const QUESTION =
  'packets.networks.sources.-ports.-countries.-rules.-map.-mix.-sensors.-distinct.-ledger.-payloads.-sites';
const TELNET = 'tcp dst port 23';

interface Top {
  from: string;
  to: string;
  rows: { key: string; packets: number; bytes: number; flows: number }[];
}

interface Breakdown {
  all: { packets: number; flows: number; targets?: number; first: string; last: string };
  [group: string]: unknown;
}

const chosen = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);
const filterOf = (page: Page) => page.evaluate(() => window.kurayami!.state.filter);
const sum = (rows: readonly { packets: number }[]) => rows.reduce((all, { packets }) => all + packets, 0);
const named = ({ rows }: Top, count = 8) =>
  rows
    .filter(({ key }) => key !== 'other')
    .slice(0, count)
    .map(({ key, packets }) => [key, packets]);

describe.skipIf(!browserInstalled)('the walk', { timeout: 400_000 }, () => {
  let browser: Browser;
  let night: Night;
  let analyst: Record<string, string>;
  const api = <T>(path: string, headers = {}) => ask<T>(night.url, `${path}&session=1`, headers);

  async function open(query: string, from: Browser | BrowserContext = browser) {
    const opened = await openPage(from, `${night.url}/?${query}`, WIDTH, HEIGHT);
    opened.page.setDefaultTimeout(WAIT_MILLISECONDS);
    return opened;
  }

  beforeAll(async () => {
    [browser, night] = await Promise.all([openBrowser(), startNight()]);
    analyst = { Authorization: `Bearer ${night.analyst}` };
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await night?.close();
  });

  test('the wall shows the night as it passes, and says that it is a replay', async () => {
    const { page, problems } = await open(`kiosk&lang=en&camera=25,100,1.1`);
    await until(
      'streaks',
      () => page.evaluate(() => window.kurayami!.inFlight()),
      (count) => count > 100,
    );
    for (const language of languages) {
      // The panels follow the picture, a fifth of a second later.
      const dates = ['2026-03-02', '2026-03-03'].map((date) => dateText(date, language));
      await until(
        'the strip with the night’s time',
        async () => (await page.locator('.wall-strip').textContent()) ?? '',
        (strip) => strip.includes(textOf(language).packetsPerSecond) && dates.some((date) => strip.includes(date)),
      );
      expect(await page.locator('.badges').textContent()).toContain(textOf(language).replay);
      await picture(page, 'wall', language, 'jpg');
      await page.keyboard.press('l');
    }
    await page.keyboard.press('Escape');
    await page.locator('.wall-strip').waitFor({ state: 'hidden' });
    expect(chosen(page, 'kiosk')).toBeNull();
    expect(problems).toEqual([]);
    await page.close();
    // What the simulator made is what is stored, to the packet.
    const { sensors } = await ledgerAtRest(night.url, 120_000);
    expect(sensors[0]!.server.packetsStored).toBe(sum(night.truth));
  });

  test.for(languages)('the operator’s morning: $0', async (language) => {
    const text = textOf(language);
    await ledgerAtRest(night.url, WAIT_MILLISECONDS);
    const noise = actorOf(night, 'misconfiguration');
    const { page, problems } = await open(`lang=${language}&panels=${MORNING}`);

    // Is all well?
    await page.keyboard.press('d');
    await page.locator('.desk').waitFor();
    await page.getByRole('button', { name: text.deskFull, exact: true }).click();
    await page
      .getByRole('button', { name: /^24h|24/ })
      .first()
      .click();
    await answered(page);
    expect(chosen(page, 'span')).toBe('1d');
    const sensor = page.locator('[data-panel="sensors"] tbody tr');
    expect(await sensor.locator('td').allTextContents()).toEqual([
      'darknet-1',
      'Tokyo (simulated)',
      text.stateFinished,
      text.deskLinkNone,
      expect.stringMatching(/^(–|\d+\.\d s)$/),
      // A file is read as fast as it is taken: nothing can be dropped, and nothing waits on a disk.
      '0',
      text.deskNoSpool,
    ]);
    const path = page.locator('[data-panel="ledger"]');
    expect(await path.locator('.verdict').textContent()).toBe(`✓ ${text.balances}`);
    const stages = await path.locator('.path-stage[data-unit="packets"] .path-count').allTextContents();
    expect(new Set(stages.map((words) => number(words.split(' ')[0]!)))).toEqual(new Set([sum(night.truth)]));
    await path.scrollIntoViewIfNeeded();
    await picture(page, 'well', language);

    // What was the night like?
    await page.locator('[data-panel="packets"]').scrollIntoViewIfNeeded();
    const classes = await page
      .locator('[data-panel="mix"] .mix-bar:first-child .mix-part span:nth-child(3)')
      .allTextContents();
    const all = await api<Top>('top?by=class');
    expect(classes.map(number)).toEqual(all.rows.map(({ packets }) => packets));
    expect(sum(all.rows)).toBe(sum(night.truth));
    await picture(page, 'night', language);

    // What is loudest is noise: away with it.
    const loudest = page.locator('[data-panel="sources"] .ranked-row').first();
    expect((await rowsOf(page, 'sources'))[0]).toEqual([noise.sources[0], noise.packets]);
    await loudest.press('Shift+Enter');
    expect(await filterOf(page)).toBe(`not src host ${noise.sources[0]}`);
    await answered(page);
    const filter = encodeURIComponent(await filterOf(page));
    const rest = await api<Top>(`top?by=source&limit=9&filter=${filter}`);
    expect(await rowsOf(page, 'sources')).toEqual(named(rest));
    expect(await page.locator('.filter-chip').textContent()).toContain(await filterOf(page));
    const quiet = await api<Top>(`top?by=class&filter=${filter}`);
    expect(sum(quiet.rows)).toBe(sum(all.rows) - noise.packets);

    // What was that hill in it?
    const span = '2026-03-03T00:55:00Z/2026-03-03T02:35:00Z';
    await until(
      'the span that is drawn over',
      async () => {
        // A page that has just drawn itself anew may lose the begin of a drag: one draws again.
        if (chosen(page, 'span') === '1d') await brush(page, ...hill(night));
        return chosen(page, 'span');
      },
      (now) => now === span,
    );
    await answered(page);
    const [from, to] = span.split('/');
    const ports = await api<Top>(`top?by=port&limit=9&from=${from}&to=${to}&filter=${filter}`);
    expect(await rowsOf(page, 'ports')).toEqual(named(ports));
    expect(ports.rows[0]!.key).toBe('23/tcp');

    // A link to it.
    await page.getByRole('button', { name: text.deskHalf, exact: true }).click();
    await page.keyboard.press('2');
    await page.keyboard.press('ArrowRight');
    // The address has the eye where it was let go, a moment later.
    const eye = await until(
      'the eye in the address',
      async () => ({ there: await eyeOf(page), written: chosen(page, 'camera') ?? '' }),
      ({ there, written }) => isNear(there, written),
    );
    await page.waitForFunction(() => !window.kurayami!.picture.isFlying);
    await picture(page, 'hill', language);
    const other = await open(page.url().split('?')[1]!);
    await answered(other.page);
    expect(await sightOf(other.page)).toEqual(await sightOf(page));
    expect(isNear(await eyeOf(other.page), eye.written)).toBe(true);
    expect(await rowsOf(other.page, 'ports')).toEqual(await rowsOf(page, 'ports'));
    expect([...problems, ...other.problems]).toEqual([]);
    await other.page.close();
    await page.close();
  });

  test.for(languages)(
    'the analyst’s question: who asked for Telnet from one network, and since when? $0',
    async (language) => {
      const text = textOf(language);
      await ledgerAtRest(night.url, WAIT_MILLISECONDS);
      const scan = actorOf(night, 'research');
      expect(scan.ports).toEqual([['tcp', 23]]);
      const context = await browser.newContext({ acceptDownloads: true });
      const { page, problems } = await open(`lang=${language}&desk=full&span=24h&panels=${QUESTION}`, context);
      await page.keyboard.press('i');
      await page.locator('.sign-in-token').fill(night.analyst);
      await page.keyboard.press('Enter');
      await page.locator('.who').getByText('Aoi').waitFor();

      await page.keyboard.press('/');
      await page.keyboard.type(TELNET);
      await page.keyboard.press('Enter');
      await answered(page);
      const networks = await api<Top>(`top?by=network&limit=9&filter=${encodeURIComponent(TELNET)}`);
      const known = named(networks).map(([key, packets]) => [key === 'unknown' ? text.unknownNetwork : key, packets]);
      expect(await rowsOf(page, 'networks')).toEqual(known);
      await page.locator('[data-panel="networks"]').scrollIntoViewIfNeeded();
      await picture(page, 'networks', language);

      // One network stands out: who is that?
      await page.locator('[data-panel="networks"] .ranked-row').first().press('Enter');
      const filter = await filterOf(page);
      expect(filter).toBe(`${TELNET} and asn ${networks.rows[0]!.key.slice(2)}`);
      await answered(page);
      const sources = await api<Top>(`top?by=source&limit=8&filter=${encodeURIComponent(filter)}`);
      const shown = await rowsOf(page, 'sources');
      expect(shown).toEqual(named(sources));
      const loud = shown.slice(0, scan.sources.length);
      expect(loud.map(([address]) => address).sort()).toEqual([...scan.sources].sort());
      expect(loud.reduce((packets, [, more]) => packets + more, 0)).toBe(scan.packets);

      // CSV of the sources is what the API says.
      const { bytes } = await saved(page, text.deskCsv, 'sources');
      const lines = bytes.toString('utf8').trimEnd().split('\r\n').slice(1);
      const listed = lines.map((line) => line.split(',')).filter(([key]) => key !== 'other');
      expect(listed.map(([key, , ...figures]) => [key, ...figures.slice(0, 3).map(Number)])).toEqual(
        sources.rows.map((row) => [row.key, row.packets, row.bytes, row.flows]),
      );

      // Since when? Each has a sheet, and the first packet of all is the truth's.
      const firsts: string[] = [];
      for (const [at, [address, packets]] of loud.entries()) {
        await page.locator(`[data-about="source:${address}"]`).click();
        const sheet = await sheetOf(page);
        expect(chosen(page, 'about')).toBe(`source:${address}`);
        const truth = await ask<Breakdown>(night.url, `sources/${address}?session=1`, analyst);
        expect(sheet.title).toContain(address);
        expect(sheet.facts[text.network]).toContain(networks.rows[0]!.key);
        expect(number(sheet.facts[text.packets]!)).toBe(packets);
        expect(number(sheet.facts[text.aboutTargets]!)).toBe(truth.all.targets);
        expect(sheet.facts[text.aboutFirst]).toBe(momentText(truth.all.first, language));
        expect(sheet.facts[text.aboutLast]).toBe(momentText(truth.all.last, language));
        expect(sheet.groups[text.aboutPorts]).toEqual([['23/tcp', packets]]);
        firsts.push(sheet.facts[text.aboutFirst]!);
        if (at === 0) await picture(page, 'source', language);
        if (at < loud.length - 1) await page.keyboard.press('Escape');
      }
      expect(firsts.sort()[0]).toBe(momentText(scan.first, language));

      // Who else asks for it?
      await page.locator('.about-dialog .about-key[data-key="23/tcp"]').click();
      await page.waitForURL(/about=port/);
      const { title, facts, groups } = await sheetOf(page);
      const port = await ask<Breakdown & Record<'source' | 'network', Top['rows']>>(
        night.url,
        'ports/tcp/23?session=1',
        analyst,
      );
      expect(title).toContain('23/tcp Telnet');
      expect(number(facts[text.packets]!)).toBe(port.all.packets);
      expect(groups[text.deskSources]).toEqual(port.source.slice(0, 12).map(({ key, packets }) => [key, packets]));
      expect(groups[text.network]).toEqual(port.network.slice(0, 12).map(({ key, packets }) => [key, packets]));
      expect(groups[text.network]![0]![0]).toBe(networks.rows[0]!.key);
      await picture(page, 'port', language);
      await page.keyboard.press('Escape');
      await page.locator('.about-dialog').waitFor({ state: 'hidden' });
      expect(chosen(page, 'about')).toBeNull();
      expect(problems).toEqual([]);
      await context.close();
    },
  );
});

/** The whole bins in which the scan was, as one sees them. */
function hill(night: Night): [from: number, to: number] {
  const { first, last } = actorOf(night, 'research');
  const [from, to] = [first, last].map((time) => Date.parse(time) / 1000) as [number, number];
  return [Math.floor(from / 300) * 300, Math.ceil(to / 300) * 300];
}

/** Draws the pointer over a stretch of the whole night. */
async function brush(page: Page, from: number, to: number): Promise<void> {
  const panel = page.locator('[data-panel="packets"]');
  await panel.scrollIntoViewIfNeeded();
  const overlay = (await panel.locator('.overlay').boundingBox())!;
  const end = await page.evaluate(() => window.kurayami!.state.totals!.clock.newestSeconds!);
  const x = (seconds: number) =>
    overlay.x + (overlay.width * (seconds - NIGHT_BEGIN)) / (Math.floor(end) + 1 - NIGHT_BEGIN);
  const y = overlay.y + overlay.height / 2;
  await page.mouse.move(x(from), y);
  await page.mouse.down();
  await page.mouse.move(x(to), y, { steps: 4 });
  await page.mouse.up();
}

/** What a link has to keep. */
function sightOf(page: Page) {
  return page.evaluate(() => {
    const { settings, filter, span, desk, language } = window.kurayami!.state;
    return { settings, filter, span, desk, language };
  });
}

function eyeOf(page: Page): Promise<readonly number[]> {
  return page.evaluate(() => {
    const { latitude, longitude, zoom } = window.kurayami!.camera()!;
    return [latitude, longitude, zoom];
  });
}

/** As near as an address tells it. */
function isNear(eye: readonly number[], written: string): boolean {
  const numbers = written.split(',').map(Number);
  return (
    numbers.length === eye.length &&
    numbers.every((number, at) => {
      // An eye that has gone round is where it was.
      const apart = Math.abs(number - eye[at]!) % 360;
      return Math.min(apart, 360 - apart) < 0.2;
    })
  );
}
