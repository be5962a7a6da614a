/** An analyst signs in on the page of the real program, sees targets, and leaves nothing of them behind. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledgerOf } from '../support/api.ts';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram, until } from '../support/program.ts';

/** That of the simulator. */
const DARKNET = /198\.18\.|2001:db8/;
const ANALYST = 'Aoi · analyst: targets shown';

/** Every streak that can be pointed at: what the page knows of its target. */
function targetsKnown(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { state } = window.kurayami!;
    return [state.hovered, state.pinned].flatMap((one) => {
      const facts = one === null ? null : 'facts' in one ? one.facts : one;
      return facts?.target ? [facts.target] : [];
    });
  });
}

/** Moves the pointer onto a spark that no panel covers, until the card names one. */
async function hover(page: Page): Promise<string> {
  return until(
    'the card of a streak',
    async () => {
      const at = await page.evaluate(() => {
        for (let slot = 0; slot < 4_000; slot++) {
          const spark = window.kurayami!.sparkPlace(slot);
          if (spark && spark.share < 0.7 && document.elementFromPoint(spark.x, spark.y)?.id === 'picture') return spark;
        }
        return null;
      });
      if (at === null) return '';
      await page.mouse.move(at.x, at.y);
      await page.waitForTimeout(150);
      return (await page.evaluate(() => document.querySelector('.card-hover:not([hidden])')?.textContent)) ?? '';
    },
    (words) => words !== '',
    30_000,
  );
}

async function signIn(page: Page, token: string): Promise<void> {
  await page.locator('.sign-in-token').fill(token);
  await page.keyboard.press('Enter');
}

const role = (page: Page) => page.evaluate(() => window.kurayami!.state.hello?.role);
const plane = (page: Page) =>
  page.evaluate(() => [...document.querySelectorAll('.label-plane')].map(({ textContent }) => textContent).join(' | '));

describe.skipIf(!browserInstalled)('sign-in on the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  test('an analyst signs in, sees targets by address, and signs out', async () => {
    const data = join(await testFolder(), 'data');
    const running = runProgram(['start', '--port', '0', '--data', data, '--rate', '150']);
    const url = await addressOf(running);
    const add = async (who: string) =>
      (await program(['token', 'add', '--role', who, '--name', 'Aoi', '--data', data])).stdout.trim();
    const [token, sensor] = [await add('analyst'), await add('sensor')];
    await until(
      'flows',
      () => ledgerOf(url),
      ({ sensors }) => (sensors[0]?.server.packetsStored ?? 0) > 300,
    );
    const { page, problems } = await openPage(browser, `${url}/?view=cube&quality=low`, 1280, 720);
    expect(await hover(page)).not.toMatch(DARKNET);
    expect(await page.getByText('targets: by slot').isVisible()).toBe(false);

    await page.mouse.move(640, 5);
    await page.keyboard.press('i');
    await signIn(page, 'kurayami_wrong');
    await page.getByText('This token is not good.').waitFor();
    await signIn(page, sensor);
    await page.getByText('This is a sensor’s token').waitFor();
    expect(await page.locator('.sign-in-token').inputValue()).toBe('');
    // Keys of the page behind the dialog do nothing.
    await page.locator('.sign-in-form button').focus();
    await page.keyboard.press('3');
    expect(await page.evaluate(() => window.kurayami!.state.settings.view)).toBe('cube');
    await page.locator('.sign-in-token').focus();
    await signIn(page, token);
    await page.locator('.who').getByText(ANALYST).waitFor();
    expect(await role(page)).toBe('analyst');

    await page.getByRole('button', { name: 'targets: by slot' }).click();
    await until(
      'the axis',
      () => plane(page),
      (words) => words.includes('target address · 198.18.0.0/'),
      10_000,
    );
    expect(new URL(page.url()).search).toBe('?view=cube&quality=low&targets=address');
    await until(
      'a target on the card',
      () => hover(page),
      (words) => /target(198\.18\.|2001:db8)/.test(words),
      30_000,
    );
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    expect(kept).toBe('[{},{},""]');
    expect(await page.content()).not.toContain(token);

    // Japanese says the same; then out again by the keyboard.
    await page.mouse.move(640, 5);
    await page.keyboard.press('l');
    await page.locator('.who').getByText('アナリスト: 宛先を表示中').waitFor();
    await page.keyboard.press('l');
    await page.keyboard.press('i');
    await page.getByRole('button', { name: 'sign out' }).click();
    await until(
      'the viewer',
      () => role(page),
      (now) => now === 'viewer',
      10_000,
    );
    await page.locator('.who').waitFor({ state: 'hidden' });
    expect(await targetsKnown(page)).toEqual([]);
    await until(
      'the axis',
      () => plane(page),
      (words) => words.includes('target slot'),
      10_000,
    );
    expect(await hover(page)).not.toMatch(DARKNET);
    expect(await page.content()).not.toMatch(DARKNET);

    // Signed in again, with the token revoked meanwhile: the page is a viewer's by itself.
    await page.mouse.move(640, 5);
    await page.keyboard.press('i');
    await signIn(page, token);
    await page.locator('.who').getByText(ANALYST).waitFor();
    await page.waitForFunction(() => window.kurayami!.state.totals?.targets);
    const listed = (await program(['token', 'list', '--data', data])).stdout;
    const id = listed
      .split('\n')
      .find((line) => line.includes('analyst'))!
      .trim()
      .split(/\s+/)[0]!;
    await program(['token', 'revoke', id, '--data', data]);
    await page.locator('.who').waitFor({ state: 'hidden', timeout: 10_000 });
    expect(await role(page)).toBe('viewer');
    expect(await hover(page)).not.toMatch(DARKNET);
    // Refused requests are told on the console; nothing else may be.
    expect(problems.filter((problem) => !/status of 40[13]/.test(problem))).toEqual([]);
    await page.close();
    await interrupt(running);
  });
});
