/** A replay on the page, as tests read and drive it. */
import type { Page } from 'playwright-core';
import type { PageLedgerView } from '../../viz/feed/page-ledger.ts';
import type { ReplayView } from '../../viz/replay/page-replay.ts';
import { until } from '../support/program.ts';

export interface Seen {
  readonly replay: ReplayView | null;
  readonly problem: string | null;
  readonly ledger: PageLedgerView;
  readonly viewer: { offered: number; sent: number; sampledOut: number; filteredOut: number } | null;
  readonly kind: string | null;
  readonly packets: number;
  readonly inFlight: number;
}

export function look(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    const { state } = window.kurayami!;
    return {
      replay: state.replay,
      problem: (state.replayProblem ?? state.replay?.problem ?? null)?.code ?? null,
      ledger: window.kurayami!.ledger(),
      viewer: state.totals?.viewer ?? null,
      kind: state.totals?.session.kind ?? null,
      packets: state.totals?.totals.packets ?? 0,
      inFlight: window.kurayami!.inFlight(),
    };
  });
}

export const seen = (page: Page, what: string, done: (seen: Seen) => boolean, milliseconds = 60_000): Promise<Seen> =>
  until(what, () => look(page), done, milliseconds);

/** The moment that is asked for is shown. */
export const shown = (page: Page) =>
  seen(
    page,
    'the moment',
    ({ replay, viewer }) => replay !== null && !replay.isWaiting && replay.problem === null && viewer !== null,
  );

/** The canvas and the names on it, with nothing over them. */
export async function pictureOf(page: Page): Promise<Buffer> {
  await page.evaluate(() => {
    document.querySelector<HTMLElement>('.board')!.style.visibility = 'hidden';
  });
  // Names and tints follow twice a second.
  await page.waitForTimeout(2_500);
  return await page.screenshot();
}
