/** A page with a handful of streaks and a clock that stands where a test puts it: what is seen can be told one by one. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { WebSocket } from 'ws';
import { encodeFrame, FrameKind } from '../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import { type StreakBatch, streaksToFrame } from '../../shared/wire/streaks.ts';
import { openPage } from '../support/browser.ts';
import { nextPicture } from './demo-page.ts';
import { FakeTotals, fakeSensors } from './fake-totals.ts';
import { fakeBatch, seeded } from './fake-traffic.ts';
import { startPageServer } from './page-server.ts';

export const WIDTH = 960;
export const HEIGHT = 540;
const BEGIN_SECONDS = Date.UTC(2026, 0, 1, 12) / 1000;
/** The network of every streak, under a name that is not to be taken for a part of the page. */
export const NETWORK = { asn: 64_500, name: '<b>Bold</b> & Sons' };
/** The first streak starts 0.9 seconds after the batch came, the last 0.3 later. */
const SPREAD_SECONDS = 0.3;

export interface FewStreaks {
  readonly page: Page;
  readonly problems: string[];
  readonly batch: StreakBatch;
  /** Puts the scene's clock there, and waits for the picture. */
  setSeconds(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** All over 198.51.100.0/24, which is what an analyst's page with `targets=` is told. */
function fakeTargets(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => 0xc633_6400 + ((row * 89 + 3) % 251));
}

export async function openFewStreaks(
  browser: Browser,
  query: string,
  { count = 14, ...options }: BrowserContextOptions & { count?: number } = {},
): Promise<FewStreaks> {
  const masked = fakeBatch(seeded(5), count, BEGIN_SECONDS, BEGIN_SECONDS + SPREAD_SECONDS, [1]);
  const target = query.includes('targets=') ? fakeTargets(count) : null;
  const batch = { ...masked, target };
  const totals = new FakeTotals(
    { kind: 'simulated', name: 'a few', clock: { mode: 'live', speed: 1 } },
    fakeSensors,
    BEGIN_SECONDS,
  );
  batch.asn.fill(NETWORK.asn);
  totals.add(batch);
  let viewer: WebSocket | null = null;
  const server = await startPageServer({
    answers: { [`/api/v1/networks/${NETWORK.asn}`]: JSON.stringify(NETWORK) },
    onViewer(socket) {
      viewer = socket;
      const role = target === null ? 'viewer' : 'analyst';
      socket.send(encodeJsonFrame(FrameKind.hello, { software: 'kurayami fake', role, name: null }));
      const targets = target === null ? {} : { targets: { lowest: Math.min(...target), highest: Math.max(...target) } };
      socket.send(encodeJsonFrame(FrameKind.totals, { ...totals.message(50, count), ...targets }));
    },
  });
  const context = await browser.newContext(options);
  const { page, problems } = await openPage(context, `${server.url}?${query}`, WIDTH, HEIGHT);
  await page.waitForFunction(() => window.kurayami?.state.totals);
  // The eye goes to its home when the map has come: names of countries stand then.
  if (!query.includes('view=')) await page.waitForSelector('.label-country', { state: 'attached' });
  const put = (seconds: number) =>
    page.evaluate((at) => {
      document.documentElement.dataset.sceneSeconds = String(at);
    }, seconds);
  await put(0);
  await page.evaluate(() => window.kurayami!.setClock(() => Number(document.documentElement.dataset.sceneSeconds)));
  viewer!.send(encodeFrame(streaksToFrame(batch, 0)));
  await page.waitForFunction((all) => window.kurayami!.ledger().received === all, count);
  return {
    page,
    problems,
    batch,
    async setSeconds(seconds) {
      await put(seconds);
      await nextPicture(page);
    },
    async close() {
      await context.close();
      await server.close();
    },
  };
}
