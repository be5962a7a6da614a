/** Memory of a page's processes, as Linux counts it: what JavaScript can ask of itself leaves out buffers of workers. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** The most megabytes that any process of pages held while `run` ran, beyond what it held before. */
export async function peakMegabytes(page: Page, run: () => Promise<unknown>): Promise<number> {
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const before = renderers.map((id) => {
    // Forgets the peak until now (man 5 proc_pid_clear_refs).
    writeFileSync(`/proc/${id}/clear_refs`, '5');
    return residentPeakMegabytes(id);
  });
  await run();
  return Math.max(...renderers.map((id, index) => residentPeakMegabytes(id) - before[index]!));
}

function residentPeakMegabytes(id: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))![1]) / 1024;
}
