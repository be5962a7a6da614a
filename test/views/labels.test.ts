/** Why a source is called what it is called, on its sheet: words, odds, packets byte by byte, and who sees which bytes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Tag } from '../../shared/tags.ts';
import { evidenceToFrame } from '../../shared/wire/evidence.ts';
import { flowsToFrame } from '../../shared/wire/flow-frames.ts';
import type { SensorHello } from '../../shared/wire/messages.ts';
import { type Language, textOf } from '../../viz/text/text.ts';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { flowBatch, NOON_SECONDS } from '../support/commits.ts';
import { evidenceBatch } from '../support/evidence.ts';
import { makeFolder } from '../support/folders.ts';
import { hex } from '../support/hex.ts';
import { sendFrames } from '../support/made-sensor.ts';
import { addressOf, interrupt, program, type RunningProgram, runProgram } from '../support/program.ts';
import { findings } from './axe.ts';
import { sheetOf } from './walk-page.ts';

const WAIT_MILLISECONDS = 60_000;
const SOURCE = '203.0.113.5';
const HELLO: SensorHello = {
  software: 'made',
  name: 'made',
  epoch: 7,
  session: { kind: 'file', name: 'made.pcap' },
  place: null,
  prefixes: ['198.51.100.0/24'],
  clock: { mode: 'max', speed: 0 },
};
//                 203.0.113.5 to 198.51.100.7 and .8, 40000 to 23, sequence = target
const PROOFS = ['07', '08'].map((last) =>
  hex(`45000028 abcd 4000 f3 06 1234 cb007105 c63364${last} 9c400017 c63364${last} 00000000 5002 3908 5678 0000`),
);
//            window 65535, MSS 1460, NOP and window scale 8, twice NOP and SACK permitted
const ZMAP = hex(
  '45000034 1111 4000 3c 06 1234 cb007105 c6336409 9c410050 12345678 00000000 8002 ffff 5678 0000 020405b4 01030308 01010402',
);

const label = (page: Page, rule: string) => page.locator(`.tool-label[data-rule="${rule}"]`);

describe.skipIf(!browserInstalled)('labels on the sheet of a source', { timeout: 150_000 }, () => {
  let browser: Browser;
  let running: RunningProgram;
  let [url, data] = ['', ''];
  let remove: () => Promise<void>;

  beforeAll(async () => {
    browser = await openBrowser();
    const made = await makeFolder();
    remove = made.remove;
    data = join(made.folder, 'data');
    const lists = join(made.folder, 'scanners');
    await mkdir(lists);
    await writeFile(join(lists, 'ours.txt'), '203.0.113.0/24 # A study of ours\n');
    const config = join(made.folder, 'server.toml');
    await writeFile(config, `port = 0\ndata = "${data}"\n[scanners]\nfolder = "${lists}"\n`);
    const token = await program(['token', 'add', '--role', 'sensor', '--name', 'made', '--data', data]);
    running = runProgram(['server', '--config', config]);
    url = await addressOf(running, WAIT_MILLISECONDS);
    const flows = flowBatch(4, [
      { source: SOURCE, packets: 3 },
      { source: SOURCE, seconds: NOON_SECONDS + 50, targetPort: 80 },
    ]);
    const proof = (bytes: Uint8Array, at: number) => ({ seconds: NOON_SECONDS + at, bytes });
    const evidence = evidenceBatch([
      { tag: Tag.mirai, key: 1, matched: 2, candidates: 2, packets: PROOFS.map(proof) },
      { tag: Tag.mirai, matched: 0, candidates: 2, firstSeconds: 0 },
      { tag: Tag.zmapTcp, matched: 1, candidates: 4, packets: [proof(ZMAP, 50)] },
      { tag: Tag.irregularSyn, matched: 3, candidates: 4 },
    ]);
    await sendFrames(url, token.stdout.trim(), HELLO, [
      flowsToFrame(flows, 0, 2, 7, 1),
      evidenceToFrame(evidence, 7, 2),
    ]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    if (running) await interrupt(running);
    await remove?.();
  });

  async function open(language: Language) {
    const { page, problems } = await openPage(
      browser,
      `${url}/?quality=low&lang=${language}&session=1&about=source:${SOURCE}`,
      1280,
      900,
    );
    page.setDefaultTimeout(WAIT_MILLISECONDS);
    await sheetOf(page);
    return { page, problems };
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (process.env.KURAYAMI_PICTURES) await page.screenshot({ path: `test-output/pictures/labels-${name}.png` });
  }

  test.for(['en', 'ja'] as const)(
    'a viewer reads the tool, how sure it is, and bytes without the target: %s',
    async (language) => {
      const text = textOf(language);
      const { page, problems } = await open(language);
      const mirai = label(page, 'mirai');
      expect(await page.locator('.tool-label').count()).toBe(3);
      expect(await mirai.locator('.label-tool').textContent()).toBe('Mirai');
      expect(await mirai.locator('.label-state').textContent()).toBe(text.labelSure);
      // Two of four by 2^-32, the first not counted: one of three, 3 × 2^-32.
      expect(await mirai.locator('.label-odds').textContent()).toMatch(/4.*2|2.*4/);
      expect(await mirai.locator('.label-odds').textContent()).toContain('10⁹');
      expect(await label(page, 'zmapTcp').locator('.label-state').textContent()).toBe(text.labelPossibleBehaviour);
      expect(await label(page, 'irregularSyn').locator('.label-state').textContent()).toBe(text.labelHint);
      expect(await page.locator('.label-scanner').textContent()).toContain('A study of ours');
      const formula = await mirai.locator('.label-facts').textContent();
      expect(formula).toContain(language === 'en' ? 'sequence = target' : 'シーケンス番号 = 宛先アドレス');

      await mirai.locator('summary').press('Enter');
      const proof = mirai.locator('.proof').first();
      const fields = await proof.locator('.proof-field').allTextContents();
      expect(fields[0]).toContain(text.proofTarget);
      expect(fields[0]).toContain(text.proofKept);
      expect(fields[1]).toContain(text.proofSequence);
      expect(fields[1]).toContain(text.proofKept);
      expect(fields[2]).toContain('02');
      expect(await proof.locator('.proof-kept').textContent()).toContain(text.proofSequence);
      expect(await proof.locator('.proof-byte.proof-masked').count()).toBe(2 + 2 + 4 + 4 + 2);
      // The target is neither seen nor in the page: not as bytes, and not as an address.
      const content = await page.content();
      expect(content).not.toMatch(/c63364|198\.51\.100|>c6</);
      // Marked by a line as well as by colour.
      const line = (at: number) =>
        proof
          .locator('.proof-byte')
          .nth(at)
          .evaluate((cell) => getComputedStyle(cell).borderBottomColor);
      expect(await line(24)).not.toBe(await line(14));
      expect(await findings(page)).toEqual([]);
      await picture(page, `viewer-${language}`);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.waitForTimeout(300);
      await picture(page, `phone-${language}`);
      const wide = await page.locator('.about-dialog').evaluate((sheet) => sheet.scrollWidth - sheet.clientWidth);
      expect(wide).toBe(0);
      expect(problems).toEqual([]);
      await page.close();
    },
  );

  test('a tool, a class and a class of radiation narrow the page, with Shift to all but it', async () => {
    const { page, problems } = await open('en');
    const filter = () => page.evaluate(() => window.kurayami!.state.filter);
    await label(page, 'mirai').locator('.label-tool').press('Enter');
    expect(await filter()).toBe('tag mirai');
    const key = (name: string) => page.locator(`.about-dialog .about-key[data-key="${name}"]`);
    await key('tcpSyn').press('Enter');
    expect(await filter()).toBe('tag mirai and class tcpSyn');
    await key('unknown').first().press('Shift+Enter');
    expect(await filter()).toMatch(/^tag mirai and class tcpSyn and not (radiation unknown|asn 0)$/);
    await label(page, 'mirai').locator('.label-tool').press('Shift+Enter');
    expect(await filter()).not.toMatch(/^tag mirai/);
    expect(problems).toEqual([]);
    await page.close();
  });

  test('an analyst sees every byte, and why they match', async () => {
    const text = textOf('en');
    const token = await program(['token', 'add', '--role', 'analyst', '--name', 'Aoi', '--data', data]);
    const { page } = await open('en');
    await page.keyboard.press('Escape');
    await page.keyboard.press('i');
    await page.locator('.sign-in-token').fill(token.stdout.trim());
    await page.keyboard.press('Enter');
    await page.locator('.who').getByText('Aoi').waitFor();
    await page.goto(page.url().replace(/&about=[^&]*|$/, `&about=source:${SOURCE}`));
    await sheetOf(page);
    await label(page, 'mirai').locator('summary').click();
    await label(page, 'zmapTcp').locator('summary').click();
    const proof = label(page, 'mirai').locator('.proof').first();
    expect((await proof.locator('.proof-byte').allTextContents()).join('')).toBe(
      Array.from(PROOFS[0]!, (byte) => byte.toString(16).padStart(2, '0')).join(''),
    );
    const [target, sequence] = await proof.locator('.proof-value').allTextContents();
    expect([target, sequence]).toEqual(['c6336407', 'c6336407']);
    expect(await proof.locator('.proof-masked').count()).toBe(0);
    const options = label(page, 'zmapTcp').locator('.proof-field').last();
    expect(await options.textContent()).toBe(`${text.proofOptions}020405b40103030801010402bytes 40 to 51`);
    await picture(page, 'analyst-en');
    // What is closed is gone from the page, and not only out of sight.
    const content = () => page.content();
    expect(await content()).toMatch(/198\.51\.100\.|>c6</);
    await page.keyboard.press('Escape');
    await expect.poll(content).not.toMatch(/198\.51\.100\.|>c6</);
    await page.close();
  });
});
