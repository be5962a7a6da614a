/** What a frame costs the main thread, by its own clock: other work on the machine does not count. */
import type { Browser, Page } from 'playwright-core';

export interface FrameCosts {
  /** Milliseconds of the wall that all callbacks of a frame take, by a clock of 5 microseconds. */
  readonly callbackWall: readonly number[];
  /** The same in milliseconds of processor time. */
  readonly callbackCpu: readonly number[];
  /** Of everything that the main thread does from one frame to the next: messages, timers, style, layout and paint too. */
  readonly threadCpu: readonly number[];
  readonly framesPerSecond: number;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  /** Microseconds of the thread's own clock. */
  tdur?: number;
}

export async function measureFrames(browser: Browser, page: Page, seconds: number): Promise<FrameCosts> {
  await page.evaluate(() => {
    window.benchFrames = [];
  });
  await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  await page.waitForTimeout(seconds * 1000);
  const callbackWall = await page.evaluate(() => window.benchFrames.map(({ milliseconds }) => milliseconds));
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  return { callbackWall, ...costsOf(traceEvents), framesPerSecond: callbackWall.length / seconds };
}

function costsOf(events: readonly TraceEvent[]): Pick<FrameCosts, 'callbackCpu' | 'threadCpu'> {
  const { pid, tid } = busiestThread(events);
  const own = events.filter((event) => event.pid === pid && event.tid === tid && event.ph === 'X');
  const byTime = own.sort((a, b) => a.ts - b.ts);
  // A frame goes from the beginning of the task in which its callbacks are called to that of the next frame's.
  const threadCpu: number[] = [];
  const callbackCpu: number[] = [];
  let task = 0;
  let frame = Number.NaN;
  let begins = false;
  for (const { name, tdur = 0 } of byTime) {
    if (name === 'RunTask') {
      if (begins && !Number.isNaN(frame)) threadCpu.push(frame / 1000);
      if (begins) frame = 0;
      begins = false;
      frame += task;
      task = tdur;
    } else if (name === 'FireAnimationFrame') {
      if (begins) callbackCpu.push((callbackCpu.pop() ?? 0) + tdur / 1000);
      else callbackCpu.push(tdur / 1000);
      begins = true;
    }
  }
  return { callbackCpu, threadCpu };
}

/** That of the page: no other calls for frames. */
function busiestThread(events: readonly TraceEvent[]): { pid: number; tid: number } {
  const counts = new Map<string, number>();
  for (const { name, pid, tid } of events)
    if (name === 'FireAnimationFrame') counts.set(`${pid} ${tid}`, (counts.get(`${pid} ${tid}`) ?? 0) + 1);
  const [busiest] = [...counts].sort((a, b) => b[1] - a[1]);
  if (busiest === undefined) throw new Error('the trace has no frames');
  const [pid = 0, tid = 0] = busiest[0].split(' ').map(Number);
  return { pid, tid };
}
