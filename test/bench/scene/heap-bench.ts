/** Whether memory stays flat while streaks come and go. */
import type { Browser } from 'playwright-core';
import { openScene } from './bench-page.ts';
import { table, tell } from './figures.ts';

const EVERY_SECONDS = 15;
const MEBIBYTE = 2 ** 20;

export async function benchHeap(browser: Browser, url: string, soakSeconds: number): Promise<void> {
  const { page, session } = await openScene(browser, url, 'atlas');
  await session.send('HeapProfiler.enable');
  const samples: { seconds: number; mebibytes: number }[] = [];
  const began = performance.now();
  for (let at = 0; at <= soakSeconds; at += EVERY_SECONDS) {
    await page.waitForTimeout(Math.max(0, at * 1000 - (performance.now() - began)));
    // The bench's own notes of every frame are not the page's memory.
    await page.evaluate(() => {
      window.benchFrames = [];
    });
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    samples.push({ seconds: at, mebibytes: usedSize / MEBIBYTE });
    tell(`heap after ${at} s: ${(usedSize / MEBIBYTE).toFixed(2)} MiB`);
  }
  const ledger = await page.evaluate(() => window.kurayami!.ledger());
  await page.close();
  const [first, last] = [samples[0]!, samples.at(-1)!];
  table(
    ['JavaScript heap after collection, MiB', 'start', 'end', 'least to most', 'slope, KiB a minute', 'streaks drawn'],
    [
      [
        `${soakSeconds} s`,
        first.mebibytes.toFixed(2),
        last.mebibytes.toFixed(2),
        `${Math.min(...samples.map(({ mebibytes }) => mebibytes)).toFixed(2)}–${Math.max(...samples.map(({ mebibytes }) => mebibytes)).toFixed(2)}`,
        (slope(samples) * 60 * 1024).toFixed(1),
        String(ledger.drawn),
      ],
    ],
  );
}

/** Of the line with the least squares, MiB a second. */
function slope(samples: readonly { seconds: number; mebibytes: number }[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(samples.map(({ seconds }) => seconds)), mean(samples.map(({ mebibytes }) => mebibytes))];
  const over = samples.reduce((sum, { seconds, mebibytes }) => sum + (seconds - x) * (mebibytes - y), 0);
  return over / samples.reduce((sum, { seconds }) => sum + (seconds - x) ** 2, 0);
}
