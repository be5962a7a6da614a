/** The packets behind a streak: who may see them, list, layers and bytes by pointer and keyboard, files, hostile bytes, and no packets. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Language, textOf } from '../../viz/text/text.ts';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { readCapture } from '../support/capture-bytes.ts';
import { hex, toHex } from '../support/hex.ts';
import { IPV4, MACS, SYN } from '../support/link-frames.ts';
import { findings } from './axe.ts';
import { someTotals, startToldServer } from './told-server.ts';

const ANALYST = { software: 'kurayami 0.1.0', role: 'analyst', name: 'Aoi' };
const VIEWER = { software: 'kurayami 0.1.0', role: 'viewer' };
const PACKETS = '/api/v1/packets';
const MARKUP = 'GET /<img src=x onerror="window.hacked=1">\u001b[2J\u202e HTTP/1.1\r\nHost: <b>x</b>\r\n\r\n';

const syn = hex(MACS, '0800', IPV4, SYN);
/** Raw IP, TCP, and a request that would like to be markup. */
const hostile = Buffer.concat([
  hex('4500', (40 + Buffer.byteLength(MARKUP)).toString(16).padStart(4, '0'), '0000 0000 40060000 c0000201 c6336407'),
  hex('9c400050 00000001 00000001 5018 0400 0000 0000'),
  Buffer.from(MARKUP),
]);
const packets = [
  { seconds: 1_769_860_803, nanoseconds: 1, linkType: 1, originalLength: 60, bytes: syn },
  { seconds: 1_769_860_803, nanoseconds: 200_000_000, linkType: 101, originalLength: hostile.length, bytes: hostile },
  { seconds: 1_769_860_803, nanoseconds: 300_000_000, linkType: 1, originalLength: syn.length, bytes: syn },
];
const answer = (more = false) =>
  JSON.stringify({
    packets: packets.map((packet) => ({ ...packet, bytes: Buffer.from(packet.bytes).toString('base64') })),
    more,
  });

/** Of a streak that an analyst pinned. */
const facts = {
  ...{ source: '192.0.2.1', sourceWord: 0xc0000201, country: 'JP', asn: 0, protocol: 6, trafficClass: 1, radiation: 0 },
  ...{ sourcePort: 40_000, targetPort: 23, targetSlot: 7, target: '198.51.100.7', packets: 3 },
  ...{ capturedSeconds: 1_769_860_803.25, rules: [] },
};

const dialog = (page: Page) => page.locator('.packets-dialog');
const rows = (page: Page) => dialog(page).locator('.packet-row');
const chosenField = (page: Page) => dialog(page).locator('[role="treeitem"][aria-selected="true"]').textContent();
const marked = (page: Page) =>
  dialog(page)
    .locator('.packet-digits .marked')
    .evaluateAll((cells) => cells.map((cell) => [Number((cell as HTMLElement).dataset.at), cell.textContent]));

describe.skipIf(!browserInstalled)('packets', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  interface Setting {
    hello?: object;
    body?: string;
    status?: number;
    language?: Language;
  }

  async function withPage(
    { hello = ANALYST, body = answer(), status = 200, language = 'en' }: Setting,
    use: (page: Page, asked: string[]) => Promise<void>,
  ) {
    const server = await startToldServer({ hello, totals: someTotals() });
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    const asked: string[] = [];
    await context.route(`**${PACKETS}?*`, (route) => {
      asked.push(route.request().url());
      return route.fulfill({ status, contentType: 'application/json', body });
    });
    const { page, problems } = await openPage(context, `${server.url}?quality=low&lang=${language}`, 1440, 900);
    try {
      await page.waitForFunction(() => window.kurayami?.state.totals);
      await page.evaluate((pinned) => {
        (window.kurayami!.state as { pinned: unknown }).pinned = pinned;
      }, facts);
      await page.locator('.card-pinned').waitFor();
      await use(page, asked);
      expect(problems.filter((problem) => !/status of 404/.test(problem))).toEqual([]);
      expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    } finally {
      await context.close();
      await server.close();
    }
  }

  async function open(page: Page, language: Language = 'en'): Promise<void> {
    await page
      .locator('.card-pinned')
      .getByRole('button', { name: textOf(language).packetsOfFlow })
      .press('Enter');
    await dialog(page).waitFor();
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (process.env.KURAYAMI_PICTURES) await page.screenshot({ path: `test-output/pictures/packets-${name}.png` });
  }

  test('viewers have no way to them', async () => {
    await withPage({ hello: VIEWER }, async (page, asked) => {
      expect(await page.getByRole('button', { name: textOf('en').packetsOfFlow, exact: true }).count()).toBe(0);
      // Not even when the page is made to want them.
      await page.evaluate(() => {
        (window.kurayami!.state as { packets: unknown }).packets = { session: 1 };
      });
      await page.waitForTimeout(600);
      expect(await dialog(page).isVisible()).toBe(false);
      expect(asked).toEqual([]);
    });
  });

  test('an analyst goes from the streak to its packets, by the keyboard, and Escape takes all of them away', async () => {
    await withPage({}, async (page, asked) => {
      await open(page);
      await rows(page).first().waitFor();
      expect(Object.fromEntries(new URL(asked[0]!).searchParams)).toMatchObject({
        ...{ session: '1', source: '192.0.2.1', target: '198.51.100.7', targetPort: '23' },
        ...{ from: '2026-01-31T12:00:03.000Z', to: '2026-01-31T12:00:04.000Z' },
      });
      expect(await rows(page).allTextContents()).toEqual([
        '12:00:03.00000000160 bytesTCP 192.0.2.1:40000 → 198.51.100.7:23 SYN',
        expect.stringContaining('PSH,ACK HTTP GET /<img src=x onerror="window.hacked=1">.[2J... HTTP/1.1'),
        expect.stringContaining('12:00:03.300000000'),
      ]);
      await picture(page, 'dialog');
      expect(await findings(page)).toEqual([]);
      await rows(page).first().locator('button').focus();
      await page.keyboard.press('ArrowDown');
      expect(await dialog(page).locator('[aria-current="true"]').textContent()).toContain('HTTP');
      expect(await dialog(page).locator('.packet-layer .packet-name').allTextContents()).toEqual([
        ...['IPv4', 'TCP', 'HTTP', textOf('en').packetPayload],
      ]);
      await page.keyboard.press('Escape');
      await dialog(page).waitFor({ state: 'hidden' });
      expect(await rows(page).count()).toBe(0);
      expect(await page.content()).not.toContain('onerror');
    });
  });

  test('a field marks its bytes, and a byte its field', async () => {
    const text = textOf('en');
    await withPage({}, async (page) => {
      await open(page);
      await rows(page).first().waitFor();
      const field = dialog(page).locator('.packet-field', { hasText: text.packetFieldTargetPort });
      await field.click();
      expect(await marked(page)).toEqual([
        [36, '00'],
        [37, '17'],
      ]);
      // Bold and underlined: it is not the colour alone.
      const style = await dialog(page)
        .locator('.packet-digits .marked')
        .first()
        .evaluate((cell) => [getComputedStyle(cell).fontWeight, getComputedStyle(cell).textDecorationLine]);
      expect(style).toEqual(['700', 'underline']);
      await page.keyboard.press('ArrowDown');
      expect(await chosenField(page)).toContain(text.packetFieldSequence);
      expect((await marked(page)).map(([at]) => at)).toEqual([38, 39, 40, 41]);
      await dialog(page).locator('.packet-digits [data-at="47"]').click();
      expect(await chosenField(page)).toBe(`${text.packetFieldFlags}SYN`);
      await page.keyboard.press('ArrowRight');
      expect(await chosenField(page)).toContain(text.packetFieldWindow);
      await page.keyboard.press('ArrowUp');
      expect(await chosenField(page)).toContain('198.51.100.7');
      await page.keyboard.press('Home');
      expect((await marked(page))[0]![0]).toBe(30);
      // A closed layer opens for a byte of its.
      const tcp = dialog(page).locator('.packet-layer', { hasText: 'TCP' });
      await tcp.click();
      await page.keyboard.press('ArrowLeft');
      expect(await tcp.getAttribute('aria-expanded')).toBe('false');
      await dialog(page).locator('.packet-letters [data-at="36"]').click();
      expect(await tcp.getAttribute('aria-expanded')).toBe('true');
      expect(await dialog(page).locator('.packet-note').first().textContent()).toMatch(/^[✓✗⚠] /);
    });
  });

  test('what is selected, or all, is saved as pcapng that tcpdump reads; hexadecimal text is copied', async () => {
    const text = textOf('en');
    await withPage({}, async (page) => {
      await open(page);
      await rows(page).first().waitFor();
      const save = async (name: RegExp | string) => {
        const coming = page.waitForEvent('download');
        await dialog(page).getByRole('button', { name }).press('Enter');
        const download = await coming;
        expect(download.suggestedFilename()).toBe('kurayami-192.0.2.1-1769860803.pcapng');
        return await download.path();
      };
      const selected = dialog(page).getByRole('button', { name: /^save selected/ });
      expect(await selected.isDisabled()).toBe(true);
      await rows(page).nth(0).locator('input').check();
      await rows(page).nth(2).locator('input').check();
      expect(await selected.textContent()).toContain('2');
      const two = await save(/^save selected/);
      expect(readCapture(readFileSync(two)).records.map(({ packet }) => packet)).toEqual([toHex(syn), toHex(syn)]);
      expect(readFileSync(two).toString('latin1')).toContain('Kurayami: tcp 192.0.2.1:40000');
      if (spawnSync('tcpdump', ['--version']).status === 0) {
        const { stdout } = spawnSync('tcpdump', ['-nn', '-r', two], { encoding: 'utf8' });
        expect(stdout.match(/192\.0\.2\.1\.40000 > 198\.51\.100\.7\.23: Flags \[S\]/g)).toHaveLength(2);
      }
      const all = readCapture(readFileSync(await save(text.packetsSaveAll)));
      expect(all).toMatchObject({ damage: null });
      expect(all.records.map(({ linkType, wireLength }) => [linkType, wireLength])).toEqual(
        packets.map(({ linkType, originalLength }) => [linkType, Math.max(originalLength, 0)]),
      );
      await dialog(page).getByRole('button', { name: text.packetsCopy }).press('Enter');
      await dialog(page).getByText(text.packetsCopied.replace('{count}', '2')).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      expect(copied.split('\n')[0]).toMatch(/^00000000 {2}02 00 00 00 00 01 .*\|.{16}\|$/);
    });
  });

  test('hostile bytes are text, and nothing that steers is anywhere', async () => {
    await withPage({}, async (page) => {
      const elements = () => page.evaluate(() => document.querySelectorAll('script, img, b, i').length);
      const before = await elements();
      await open(page);
      await rows(page).nth(1).locator('button').click();
      expect(await elements()).toBe(before);
      const odd = await page.evaluate(() =>
        [...(document.body.textContent ?? '')]
          .map((one) => one.codePointAt(0)!)
          .filter(
            (code) => (code < 32 && code !== 10) || (code > 126 && code < 160) || (code >= 0x202a && code <= 0x202e),
          ),
      );
      expect(odd).toEqual([]);
    });
  });

  test.for(['en', 'ja'] as const)('where there are none it is said why: %s', async (language) => {
    const text = textOf(language);
    for (const [why, words] of [
      ['notSent', text.packetsNotSent],
      ['expired', text.packetsExpired],
    ]) {
      const body = JSON.stringify({ code: 'API_NO_PACKETS', detail: '', why });
      await withPage({ status: 404, body, language }, async (page) => {
        await open(page, language);
        await dialog(page).getByText(words!).waitFor();
        expect(await dialog(page).locator('.packets-body').isVisible()).toBe(false);
        expect(await findings(page)).toEqual([]);
      });
    }
    await withPage({ body: '{"packets":[],"more":false}', language }, async (page) => {
      await open(page, language);
      await dialog(page).getByText(text.packetsEmpty).waitFor();
    });
  });

  test('in Japanese, and in a narrow window', async () => {
    await withPage({ language: 'ja', body: answer(true) }, async (page) => {
      await open(page, 'ja');
      await rows(page).first().waitFor();
      const text = textOf('ja');
      await dialog(page).getByText(text.packetsFirst.replace('{count}', '3')).waitFor();
      await picture(page, 'ja');
      await page.setViewportSize({ width: 390, height: 844 });
      await picture(page, 'phone');
      const { left, right } = await dialog(page).evaluate((box) => box.getBoundingClientRect());
      expect(left).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(390);
      expect(await findings(page)).toEqual([]);
    });
  });
});
