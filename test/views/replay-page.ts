/** A replay on the page, as tests read and drive it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { PageLedgerView } from '../../viz/feed/page-ledger.ts';
import type { ReplayView } from '../../viz/replay/page-replay.ts';
import { projectFolder, until } from '../support/program.ts';

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

/** Pictures of what stands still differ no more once all is there. */
const STILL_MILLISECONDS = 1_200;
const PATIENCE_MILLISECONDS = 60_000;

/** The canvas and the names on it, with nothing over them, once it stands still. */
export async function pictureOf(page: Page): Promise<Buffer> {
  await page.evaluate(() => {
    document.querySelector<HTMLElement>('.board')!.style.visibility = 'hidden';
  });
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  await page.waitForFunction(() => window.kurayami!.picture.isWhole);
  // Names and tints follow twice a second.
  await page.waitForTimeout(STILL_MILLISECONDS);
  for (let before = await page.screenshot(); performance.now() < deadline; ) {
    await page.waitForTimeout(STILL_MILLISECONDS);
    const now = await page.screenshot();
    if (now.equals(before)) return now;
    before = now;
  }
  throw new Error(`the picture is not still after ${PATIENCE_MILLISECONDS / 1000} s`);
}

/** Pictures that differ are kept, to be looked at. */
export async function expectSame(expected: Buffer, found: Buffer): Promise<void> {
  if (found.equals(expected)) return;
  const folder = join(projectFolder, 'test-output/pictures');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'differs-expected.png'), expected);
  await writeFile(join(folder, 'differs-found.png'), found);
  throw new Error(`two pictures of one moment differ: ${folder}/differs-expected.png and differs-found.png`);
}
