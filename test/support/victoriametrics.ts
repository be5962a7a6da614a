/** A real VictoriaMetrics on loopback, in a folder of its own, for the length of a test. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { makeFolder } from './folders.ts';
import { freePort } from './influxdb.ts';

const MOST_TRIES = 5;
const READY_SECONDS = 30;

/** Whether it is installed; says aloud when it is not, so that skipped tests are no secret. */
export function victoriaInstalled(): boolean {
  if (!spawnSync('victoria-metrics', ['-version']).error) return true;
  console.warn(
    'skipped: tests with a real VictoriaMetrics need victoria-metrics (Debian: apt-get install victoria-metrics)',
  );
  return false;
}

export interface TestVictoria {
  readonly url: string;
  /** Values of a series in the minute from `second` on, oldest first. */
  values(selector: string, second: number): Promise<number[]>;
  remove(): Promise<void>;
}

/** On another port where the first is somebody's by now: see startInflux. */
export async function startVictoriaMetrics(): Promise<TestVictoria> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOnce();
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
    }
  }
}

async function startOnce(): Promise<TestVictoria> {
  const { folder, remove: removeFolder } = await makeFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const words = [`-httpListenAddr=127.0.0.1:${port}`, `-storageDataPath=${folder}`, '-retentionPeriod=100y'];
  // A bin is written again when it changes: without this, each value would be kept, and sums would count them all.
  const child = spawn('victoria-metrics', [...words, '-dedup.minScrapeInterval=1ms'], { stdio: 'ignore' });
  const remove = async () => {
    if (child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    await removeFolder();
  };
  const until = Date.now() + READY_SECONDS * 1000;
  for (;;) {
    const isReady = await fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) break;
    if (Date.now() > until || child.exitCode !== null) {
      await remove();
      throw new Error('victoria-metrics was not ready');
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  async function values(selector: string, second: number): Promise<number[]> {
    await fetch(`${url}/internal/force_flush`);
    const query = new URLSearchParams({
      query: selector,
      start: String(second),
      end: String(second),
      step: '60',
      nocache: '1',
    });
    const answer = (await (await fetch(`${url}/api/v1/query_range?${query}`)).json()) as {
      data: { result: { values: [number, string][] }[] };
    };
    return answer.data.result.flatMap((series) => series.values.map(([, value]) => Number(value)));
  }
  return { url, values, remove };
}
