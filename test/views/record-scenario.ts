/**
 * What a viewer is sent of a scenario, by the programs themselves: the simulator writes a capture, a sensor reads it, and
 * the server makes streaks of its flows. Kept for demos, which play it as exactly as often as they like.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { decodeFrame, FrameKind } from '../../shared/wire/frame.ts';
import { decodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { LiveTotals } from '../../shared/wire/messages.ts';
import { frameToStreaks, type StreakBatch } from '../../shared/wire/streaks.ts';
import { makeFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram, until } from '../support/program.ts';

export interface ScenarioRun {
  readonly scenario: string;
  readonly seed: number;
  readonly packetsPerSecond: number;
  readonly seconds: number;
}

export interface Recording {
  /** The last totals before the end. */
  readonly totals: LiveTotals;
  readonly streaks: readonly StreakBatch[];
  /** What the API says of it, by path. */
  readonly answers: Readonly<Record<string, string>>;
}

/** An evening in Japan: night over the western Pacific, day over the Atlantic. */
export const BEGIN_SECONDS = Date.UTC(2026, 0, 1, 12, 0, 0) / 1000;
const SENSOR = 'tokyo-1';
const MOST_ATTEMPTS = 3;
const PLACE = {
  KURAYAMI_SENSOR_PLACE_NAME: 'Tokyo',
  KURAYAMI_SENSOR_PLACE_LATITUDE: '35.68',
  KURAYAMI_SENSOR_PLACE_LONGITUDE: '139.69',
  KURAYAMI_SENSOR_PREFIXES: '198.18.0.0/16,2001:db8::/48',
};

/** Call it in a test: the programs that it starts end with that test at the latest. */
export async function recordScenario(run: ScenarioRun): Promise<Recording> {
  const { folder, remove } = await makeFolder();
  try {
    const capture = join(folder, 'scenario.pcap');
    await expectDone(
      program(
        words('simulate', {
          scenario: run.scenario,
          seed: run.seed,
          rate: run.packetsPerSecond,
          duration: run.seconds,
          start: BEGIN_SECONDS,
          out: capture,
        }),
      ),
    );
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      const recording = await watch(folder, join(folder, `data-${attempt}`), capture);
      const { offered, sent } = recording.totals.viewer;
      // What was left out, on a busy machine, would make another picture.
      if (offered === sent) return recording;
    }
    throw new Error(`the server left out flows, ${MOST_ATTEMPTS} times`);
  } finally {
    await remove();
  }
}

async function watch(folder: string, data: string, capture: string): Promise<Recording> {
  const tokenFile = join(folder, 'sensor.token');
  await writeFile(
    tokenFile,
    (await expectDone(program(words('token', { role: 'sensor', name: SENSOR, data }, 'add')))).stdout.trim(),
    { mode: 0o600 },
  );
  const everything = { KURAYAMI_SERVER_STREAKS_PER_SECOND: '100000' };
  const server = runProgram(words('server', { port: 0, data }), { environment: everything });
  const url = await addressOf(server);
  const viewer = await openViewer(url);
  const sensor = { name: SENSOR, server: url.replace('http:', 'ws:'), 'token-file': tokenFile };
  await expectDone(program(words('sensor', { ...sensor, speed: 'max', read: capture }), { environment: PLACE }));
  const totals = await until('the end of the recording', async () => viewer.totals, isOver);
  const { newestSeconds } = totals!.clock;
  const answers: Record<string, string> = {};
  const from = new Date((newestSeconds! - 600) * 1000).toISOString();
  const series = `/api/v1/series?measure=packets&by=total&step=5&from=${from}`;
  answers['/api/v1/series'] = await (await fetch(`${url}${series}`)).text();
  viewer.socket.terminate();
  await interrupt(server);
  return { totals: totals!, streaks: viewer.streaks, answers };
}

function isOver(totals: LiveTotals | null): boolean {
  if (totals === null || !totals.clock.finished) return false;
  return totals.viewer.offered > 0 && totals.viewer.offered === totals.ledger.server.flowsStored;
}

interface RecordingViewer {
  readonly socket: WebSocket;
  readonly streaks: StreakBatch[];
  totals: LiveTotals | null;
}

async function openViewer(url: string): Promise<RecordingViewer> {
  const socket = new WebSocket(`${url.replace('http:', 'ws:')}/api/v1/live`);
  const viewer: RecordingViewer = { socket, streaks: [], totals: null };
  socket.on('message', (data: Buffer) => {
    // Columns are views into the frame: it must stand where numbers may stand.
    const frame = decodeFrame(new Uint8Array(data));
    if (frame.kind === FrameKind.streaks) viewer.streaks.push(frameToStreaks(frame));
    if (frame.kind === FrameKind.totals) takeTotals(viewer, decodeJsonFrame(frame) as LiveTotals);
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return viewer;
}

/** When all is over the rates are zero: those before it are kept. */
function takeTotals(viewer: RecordingViewer, totals: LiveTotals): void {
  const { totals: before } = viewer;
  const isQuiet = totals.rates.packetsPerSecond === 0 && before !== null;
  viewer.totals = isQuiet
    ? {
        ...totals,
        rates: before.rates,
        classPacketsPerSecond: before.classPacketsPerSecond,
        radiationPacketsPerSecond: before.radiationPacketsPerSecond!,
      }
    : totals;
}

async function expectDone(running: ReturnType<typeof program>): ReturnType<typeof program> {
  const finished = await running;
  if (finished.code !== 0) throw new Error(`the program failed: ${finished.stderr}`);
  return finished;
}

function words(command: string, options: Readonly<Record<string, string | number>>, ...more: string[]): string[] {
  return [command, ...more, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])];
}
