/** From the wire to the screen: a real `kurayami start` whose packets are made now, and a page that shows them live. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { openBenchPage } from './bench-page.ts';
import { median, quantile, table, tell } from './figures.ts';

const PACKETS_PER_SECOND = 5000;
const WARM_UP_SECONDS = 8;
const TARGET_MILLISECONDS = 500;
const program = fileURLToPath(new URL('../../../dist/kurayami.js', import.meta.url));

interface Delays {
  /** Seconds from a packet's capture until totals told of it, and until the picture that launches its streak. */
  readonly arrived: readonly number[];
  readonly launched: readonly number[];
}

export async function benchWire(browser: Browser, seconds: number): Promise<void> {
  tell('from the wire to the screen');
  const data = await mkdtemp(join(tmpdir(), 'kurayami-bench-data-'));
  const words = ['start', '--port', '0', '--data', data, '--rate', String(PACKETS_PER_SECOND)];
  const running = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const { page } = await openBenchPage(browser, `${await addressOf(running)}/?quality=high`);
    await page.waitForFunction(() => (window.kurayami?.streaksDrawn() ?? 0) > 0);
    await page.waitForTimeout(WARM_UP_SECONDS * 1000);
    const { launched, arrived } = await page.evaluate(watch, seconds * 1000);
    await page.close();
    const row = (name: string, all: readonly number[]) => [
      name,
      (1000 * median(all)).toFixed(0),
      (1000 * quantile(all, 0.95)).toFixed(0),
      (1000 * quantile(all, 0.99)).toFixed(0),
      String(all.length),
    ];
    table(
      [`${PACKETS_PER_SECOND} packets/s live, ms from capture`, 'median', 'p95', 'p99', 'samples'],
      [
        row('until totals that tell of it are in the browser (four a second)', arrived),
        row('until the picture that launches its streak', launched),
      ],
    );
    console.log(`Target: p95 under ${TARGET_MILLISECONDS} ms.\n`);
  } finally {
    const ended = new Promise((resolve) => running.once('close', resolve));
    running.kill('SIGINT');
    await ended;
    await rm(data, { recursive: true, force: true });
  }
}

/** In the page: at every frame the streaks that it launched, by the one clock of this machine. */
function watch(milliseconds: number): Promise<Delays> {
  const facts = window.kurayami!;
  const [launched, arrived]: [number[], number[]] = [[], []];
  const end = performance.now() + milliseconds;
  let { now: last } = facts.launchedSince(Number.POSITIVE_INFINITY);
  let newest = 0;
  return new Promise((resolve) => {
    const look = () => {
      const wall = Date.now() / 1000;
      const { now, captured } = facts.launchedSince(last);
      last = now;
      for (const time of captured) launched.push(wall - time);
      const seen = facts.state.totals?.clock.newestSeconds ?? 0;
      if (seen > newest) arrived.push(wall - seen);
      newest = Math.max(newest, seen);
      if (performance.now() < end) requestAnimationFrame(look);
      else resolve({ launched, arrived });
    };
    requestAnimationFrame(look);
  });
}

function addressOf({ stdout, stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const take = (text: string) => {
      output += text;
      const address = /http:\/\/[\w.[\]:]+:\d+/.exec(output)?.[0];
      if (address !== undefined) resolve(address);
    };
    stdout!
      .setEncoding('utf8')
      .on('data', take)
      .on('end', () => reject(new Error(`no address in: ${output}`)));
    stderr!.setEncoding('utf8').on('data', take);
  });
}
