/**
 * How much the scene costs: the streak layer against deck.gl's, the whole page, hovering, memory, the first load, and the
 * way from a packet to its streak. Prints the tables of docs/performance.md.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { browserInstalled, openBrowser } from '../../support/browser.ts';
import { tell } from './figures.ts';
import { firstLoad } from './first-load.ts';
import { benchHeap } from './heap-bench.ts';
import { benchHover } from './hover-bench.ts';
import { benchLayer } from './layer-bench.ts';
import { IN_FLIGHT, NEW_EACH_SECOND, SLOWNESS } from './load.ts';
import { serveMade } from './made-server.ts';
import { benchPage } from './page-bench.ts';
import { buildPages } from './pages.ts';
import { benchPicture } from './picture-bench.ts';
import { benchWire } from './wire-bench.ts';

export interface SceneBenchOptions {
  readonly seconds: number;
  readonly soakSeconds: number;
  readonly only: readonly string[] | null;
  readonly profileFolder: string;
}

export async function main({ seconds, soakSeconds, only, profileFolder }: SceneBenchOptions): Promise<void> {
  if (!browserInstalled) throw new Error('Chromium is not installed');
  if (profileFolder !== '') await mkdir(profileFolder, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'kurayami-bench-'));
  tell('building the pages');
  await buildPages(folder);
  const server = await serveMade(folder);
  const browser = await openBrowser();
  describe(browser);
  const parts: Record<string, () => Promise<void>> = {
    load: () => firstLoad(browser, server.url),
    layer: () => benchLayer(browser, server.url, seconds, profileFolder),
    picture: () => benchPicture(browser, server.url, seconds),
    page: () => benchPage(browser, server.url, seconds, profileFolder),
    hover: () => benchHover(browser, server.url),
    heap: () => benchHeap(browser, server.url, soakSeconds),
    wire: () => benchWire(browser, seconds),
  };
  try {
    for (const [name, run] of Object.entries(parts)) if (only === null || only.includes(name)) await run();
  } finally {
    await browser.close();
    server.close();
    await rm(folder, { recursive: true });
  }
}

function describe(browser: Browser): void {
  console.log(
    `Chromium ${browser.version()} headless, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, 1280 × 720, \`?quality=high\`, WebGL draw calls replaced by nothing.`,
  );
  console.log(
    `${IN_FLIGHT} streaks in flight, ${NEW_EACH_SECOND} new a second: the scene's clock runs at ${SLOWNESS.toFixed(3)} of the wall's, so that a streak lives ten seconds.\n`,
  );
}
