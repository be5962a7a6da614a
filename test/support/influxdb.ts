/** A real InfluxDB 1.x on loopback, in a folder of its own, for the length of a test. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { makeFolder } from './folders.ts';

const READY_SECONDS = 30;
const MOST_TRIES = 5;

export interface TestInflux {
  readonly url: string;
  /** Both may be called again and again, and do nothing where there is nothing to do: data and address stay. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** SIGKILL, whatever it is doing, its start too. */
  kill(): Promise<void>;
  /** Where it keeps everything. */
  readonly folder: string;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
  /** Rows of an InfluxQL query, as plain objects. */
  query(text: string, database?: string): Promise<Record<string, unknown>[]>;
}

/** Whether influxd is installed; says aloud when it is not, so that skipped tests are no secret. */
export function influxInstalled(): boolean {
  if (!spawnSync('influxd', ['version']).error) return true;
  console.warn('skipped: tests with a real InfluxDB need influxd (Debian: apt-get install influxdb)');
  return false;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function configuration(folder: string, httpPort: number, rpcPort: number): string {
  const path = (name: string) => JSON.stringify(join(folder, name));
  return `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = ${path('meta')}
[data]
  dir = ${path('data')}
  wal-dir = ${path('wal')}
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${httpPort}"
  log-enabled = false
[monitor]
  store-enabled = false
`;
}

/** One that a signal ended has no exit code. */
function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** A port that was free a moment ago may be anybody's by now, such as that of a connection that goes out: then others are tried. */
export async function startInflux(): Promise<TestInflux> {
  for (let tries = 1; ; tries++) {
    const influx = await prepareInflux();
    try {
      await influx.start();
      return influx;
    } catch (error) {
      await influx.remove();
      if (tries === MOST_TRIES) throw error;
    }
  }
}

async function prepareInflux(): Promise<TestInflux> {
  const { folder, remove: removeFolder } = await makeFolder();
  const httpPort = await freePort();
  const url = `http://127.0.0.1:${httpPort}`;
  const configurationFile = join(folder, 'influxdb.conf');
  await writeFile(configurationFile, configuration(folder, httpPort, await freePort()));
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    if (child) return;
    const started = spawn('influxd', ['-config', configurationFile], { stdio: 'ignore' });
    child = started;
    const until = Date.now() + READY_SECONDS * 1000;
    while (Date.now() < until) {
      if (hasEnded(started)) throw new Error(`influxd ended with ${started.exitCode ?? started.signalCode}`);
      const ready = await fetch(`${url}/ping`).then(
        (response) => response.status === 204,
        () => false,
      );
      if (ready) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`influxd was not ready within ${READY_SECONDS} s`);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    if (running && !hasEnded(running)) {
      const ended = once(running, 'exit');
      running.kill(signal);
      await ended;
    }
    if (child === running) child = undefined;
  }
  const stop = () => end('SIGTERM');

  async function query(text: string, database = ''): Promise<Record<string, unknown>[]> {
    const asked = new URLSearchParams({ q: text, epoch: 's', db: database });
    const response = await fetch(`${url}/query?${asked}`, { method: 'POST' });
    const answer = (await response.json()) as {
      results?: { error?: string; series?: { tags?: object; columns: string[]; values: unknown[][] }[] }[];
    };
    const [result] = answer.results ?? [];
    if (!result || result.error) throw new Error(`InfluxDB: ${result?.error ?? response.status}`);
    return (result.series ?? []).flatMap(({ tags, columns, values }) =>
      values.map((value) => ({ ...tags, ...Object.fromEntries(columns.map((column, at) => [column, value[at]])) })),
    );
  }

  const remove = async () => {
    await stop();
    await removeFolder();
  };
  return { url, folder, start, stop, kill: () => end('SIGKILL'), remove, query };
}
