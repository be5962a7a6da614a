/**
 * Plays a recording to a page whose clock goes by what it has received, and stands still at the end: the same recording makes
 * the same picture, on whatever machine, at whatever size.
 */
import type { Browser, Page } from 'playwright-core';
import type { WebSocket } from 'ws';
import { encodeFrame, FrameKind } from '../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { LiveTotals, SessionKind } from '../../shared/wire/messages.ts';
import { createStreakBatch, type StreakBatch, streaksToFrame } from '../../shared/wire/streaks.ts';
import { openPage } from '../support/browser.ts';
import { startPageServer } from './page-server.ts';
import type { Recording } from './record-scenario.ts';

/** As often as a server sends. */
const STEP_SECONDS = 0.1;
/** So long that the first streaks have landed: none is gone yet that no picture has shown. */
const PLAYED_SECONDS = 3;
/** A page gives up a connection that is silent for ten seconds; a large picture takes longer. */
const WORD_MILLISECONDS = 2_000;

export interface DemoPage {
  readonly page: Page;
  readonly problems: string[];
  close(): Promise<void>;
}

export interface DemoOptions {
  readonly browser: Browser;
  readonly recording: Recording;
  readonly scenario: string;
  readonly query: string;
  readonly width: number;
  readonly height: number;
}

/** Opens the page and plays the end of the recording; the clock then stands still. */
export async function openDemo({ browser, recording, scenario, query, width, height }: DemoOptions): Promise<DemoPage> {
  let viewer: WebSocket | null = null;
  const totals = toldLive(recording.totals, scenario);
  const server = await startPageServer({
    answers: recording.answers,
    onViewer(socket) {
      viewer = socket;
      const hello = () => socket.send(encodeJsonFrame(FrameKind.hello, { software: 'kurayami', role: 'viewer' }));
      const timer = setInterval(hello, WORD_MILLISECONDS);
      socket.on('close', () => clearInterval(timer));
      hello();
      socket.send(encodeJsonFrame(FrameKind.totals, totals));
    },
  });
  const { page, problems } = await openPage(browser, `${server.url}?${query}`, width, height);
  await page.waitForFunction(() => window.kurayami?.state.totals);
  // The eye goes to its home when the map has come: names of countries stand then.
  if (!query.includes('view=')) await page.waitForSelector('.label-country', { state: 'attached' });
  const steps = stepsOf(recording, totals.clock.newestSeconds! - PLAYED_SECONDS);
  const ends = steps.map(({ end }) => end);
  await page.evaluate(
    ({ ends, stepSeconds }) => {
      const { kurayami } = window;
      kurayami!.setClock(() => {
        const { received } = kurayami!.ledger();
        return stepSeconds * (1 + ends.filter((end) => end <= received).length);
      });
    },
    { ends, stepSeconds: STEP_SECONDS },
  );
  for (const { batches } of steps) for (const batch of batches) viewer!.send(encodeFrame(streaksToFrame(batch, 0)));
  const sent = ends.at(-1)!;
  viewer!.send(encodeJsonFrame(FrameKind.totals, { ...totals, viewer: { ...totals.viewer, offered: sent, sent } }));
  await page.waitForFunction((all) => window.kurayami!.ledger().received === all, sent);
  await nextPicture(page);
  const close = async () => {
    await page.close();
    await server.close();
  };
  return { page, problems, close };
}

/** Waits until the page has made pictures of what it knows now, and its panels have followed. */
export async function nextPicture(page: Page): Promise<void> {
  const frames = await page.evaluate(() => window.kurayami!.picture.frames);
  await page.waitForFunction((before) => window.kurayami!.picture.frames > before + 1, frames, { timeout: 120_000 });
  await page.waitForTimeout(300);
}

/** The frames of each step, and how many streaks have been sent when it is over. */
function stepsOf({ streaks }: Recording, from: number): { batches: StreakBatch[]; end: number }[] {
  let end = 0;
  return Array.from({ length: Math.round(PLAYED_SECONDS / STEP_SECONDS) }, (_, step) => {
    const begin = from + step * STEP_SECONDS;
    const parts = streaks.map((batch) => rowsWithin(batch, begin, begin + STEP_SECONDS));
    const batches = parts.filter(({ length }) => length > 0);
    end += batches.reduce((sum, { length }) => sum + length, 0);
    return { batches, end };
  });
}

/** The server's last totals as a page has them while the scenario runs. */
function toldLive(totals: LiveTotals, scenario: string): LiveTotals {
  const kind: SessionKind = 'simulated';
  return {
    ...totals,
    session: { ...totals.session, kind, name: `scenario ${scenario}` },
    clock: { ...totals.clock, mode: 'live', speed: 1, rate: 1, finished: false },
    sensors: totals.sensors.map((sensor) => ({ ...sensor, state: 'connected', link: 'up', silentSeconds: 0.3 })),
  };
}

function rowsWithin(batch: StreakBatch, from: number, to: number): StreakBatch {
  const part = createStreakBatch(batch.family, batch.length);
  const columns = Object.keys(part).filter((name) => ArrayBuffer.isView(part[name as 'time'])) as 'time'[];
  for (let row = 0; row < batch.length; row++) {
    const time = batch.time[row]!;
    if (time < from || time >= to) continue;
    for (const name of columns) {
      const words = batch[name].length / batch.time.length;
      for (let word = 0; word < words; word++)
        part[name][part.length * words + word] = batch[name][row * words + word]!;
    }
    part.length += 1;
  }
  return part;
}
