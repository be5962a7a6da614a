/** Everything that the page can say at once, and all that is then visible or read aloud. */
import type { Page } from 'playwright-core';
import type { LiveTotals } from '../../shared/wire/messages.ts';
import { someTotals } from './told-server.ts';

/** Names that only data bring: easy to tell from words of the page. */
export const DATA = ['qqsensor', 'qqplace', 'qqsession', 'qqdamage', 'qqcredit', 'qqserver', 'qqname'];

/** Totals with every trouble and every loss in them. */
export function troubledTotals(kind: LiveTotals['session']['kind']): LiveTotals {
  const totals = someTotals(kind);
  const [sensor] = totals.sensors;
  const place = { ...sensor!.place!, name: 'qqplace' };
  const one = (id: number, change: object) => ({ ...sensor!, id, name: `qqsensor-${id}`, place, ...change });
  totals.session.name = 'qqsession';
  totals.credits = ['qqcredit'];
  totals.sensors = [
    one(1, { silentSeconds: 30, waitingPackets: 20_000, droppedPackets: 3, damage: ['qqdamage'] }),
    one(2, { state: 'lost', silentSeconds: 90, place: null }),
    one(3, { link: 'down' }),
    one(4, { state: 'finished' }),
    one(5, { state: 'lost' }),
  ];
  const { sensor: counts, server } = totals.ledger;
  Object.assign(counts, { droppedByKernel: 2, leftAtStop: 1, lostInCaptureCrash: 1, filteredOut: 3, lostInCrash: 4 });
  Object.assign(counts, {
    packetsInOpenFlows: 5,
    packetsSpooled: 6,
    packetsSpoolDropped: 7,
    undecodable: { truncated: 2 },
  });
  Object.assign(server, {
    packetsLate: 9,
    packetsRefused: { WIRE_BAD_MESSAGE: 1 },
    evidenceRefused: { WIRE_TRUNCATED: 3 },
  });
  totals.ledger.checks = [{ sum: 'captured = decoded', left: 2, right: 1, inFlight: 1, holds: false }];
  totals.viewer = { offered: 1_000, sent: 100, sampledOut: 900, filteredOut: 0 };
  totals.seriesBehind = 12;
  totals.storeProblems = ['STORE_FILE_MISSING', 'STORE_SEALING_FAILED', 'qqserver'];
  return totals;
}

/** Texts, and what stands in for them, that are seen, told by the pointer, or read aloud now. */
export function wordsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const out = new Set<string>([document.title]);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const isThere = (element: Element | null) =>
      element?.closest('script, style, [hidden], dialog:not([open])') === null && element.getClientRects().length > 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (isThere(node.parentElement) && node.textContent?.trim()) out.add(node.textContent.trim());
    const names = ['aria-label', 'title', 'placeholder', 'alt', 'aria-description', 'aria-roledescription'];
    for (const element of document.querySelectorAll(names.map((name) => `[${name}]`).join()))
      for (const name of names) {
        const value = element.getAttribute(name);
        if (value?.trim() && isThere(element)) out.add(value.trim());
      }
    return [...out];
  });
}

/** Goes through all that can be opened, and collects the words. */
export async function walkThrough(page: Page, signOut: () => void): Promise<string[]> {
  const seen = new Set<string>();
  const look = async () => {
    await page.waitForTimeout(800);
    for (const words of await wordsOf(page)) seen.add(words);
  };
  await look();
  for (const key of ['?', 't', 'i']) {
    await page.keyboard.press(key);
    await look();
    await page.keyboard.press('Escape');
  }
  signOut();
  await page.waitForFunction(() => window.kurayami!.state.hello?.name === null);
  await page.keyboard.press('i');
  await look();
  await page.locator('.sign-in-token').fill('nothing');
  await page.keyboard.press('Enter');
  await look();
  await page.keyboard.press('Escape');
  for (const key of ['c', 'c', 'c', 'c', '2', '3', '1', 'm', 'p', 'd']) {
    await page.keyboard.press(key);
    await look();
  }
  await page.keyboard.press('k');
  await look();
  await page.keyboard.press('Escape');
  return [...seen];
}
