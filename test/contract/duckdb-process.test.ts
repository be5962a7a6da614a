/** The compiled store in its own thread and its own process: what vitest's loader cannot start from TypeScript. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type * as Client from '../../server/store/duckdb/client.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { compiledProgram } from '../support/compiled.ts';
import { testFolder } from '../support/folders.ts';

const compiled = compiledProgram();

async function compiledClient(): Promise<typeof Client> {
  return await import(/* @vite-ignore */ new URL('server/store/duckdb/client.js', compiled!).href);
}

interface Writer {
  readonly process: ChildProcess;
  /** Resolves when so many lines were printed. */
  lines(count: number): Promise<string[]>;
}

function startWriter(folder: string, ...how: string[]): Writer {
  const script = fileURLToPath(new URL('../support/store-writer.mjs', import.meta.url));
  const process_ = spawn(process.execPath, [script, folder, ...how], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void process_.kill('SIGKILL'));
  const printed: string[] = [];
  const reader = createInterface(process_.stdout);
  reader.on('line', (line) => printed.push(line));
  return {
    process: process_,
    async lines(count) {
      while (printed.length < count) await once(reader, 'line');
      return printed;
    },
  };
}

async function kill(writer: Writer): Promise<void> {
  const ended = once(writer.process, 'close');
  writer.process.kill('SIGKILL');
  await ended;
}

describe.skipIf(compiled === null)('the compiled store', () => {
  test('answers from its thread and leaves the caller’s arrays alone', async () => {
    const stores = await (await compiledClient()).openDuckDbStores(await testFolder());
    const commit = ingestCommit({
      flows4: [{ packets: 4 }],
      flows6: [{ packets: 5 }],
      series: [{ bin: NOON_SECONDS, packets: 9 }],
      positions: [{ sensor: 1, epoch: 1, sequence: 3 }],
    });
    await stores.flows.commit(commit);
    await stores.flows.commit(commit);
    expect(commit.flows[0]?.packets[0]).toBe(4);
    expect(await stores.flows.sum(0)).toMatchObject({ packets: 18, flows: 4 });
    expect((await stores.series.sum(0, 60)).packets).toBe(18);
    expect(await stores.catalog.installationKey()).toHaveLength(32);
    expect(await stores.catalog.position(1, 1)).toBe(3);
    await stores.close();
    await stores.close();
    await expect(stores.flows.sum(0)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  test('errors cross the border between threads as what they are', async () => {
    const client = await compiledClient();
    const folder = await testFolder();
    const stores = await client.openDuckDbStores(folder);
    const wrong = stores.flows.flows({ session: 0, fromSeconds: 0, toSeconds: 1, limit: 0 });
    await expect(wrong).rejects.toThrow(RangeError);
    await expect(client.openDuckDbStores(folder)).rejects.toMatchObject({ name: 'StoreError', code: 'STORE_LOCKED' });
    await stores.close();
  });

  test('what nobody waits for any more is ended, and the rest is answered', async () => {
    const stores = await (await compiledClient()).openDuckDbStores(await testFolder());
    await stores.flows.commit(ingestCommit({ flows4: [{ packets: 4 }] }));
    const span = { session: 0, fromSeconds: NOON_SECONDS, toSeconds: NOON_SECONDS + 60 };
    const asked = { ...span, groups: ['source'] as const, distinct: [], limit: 10 };
    const gone = new AbortController();
    const before = AbortSignal.abort();
    const wanted = [stores.flows.stretch({ ...span, most: 10 }, gone.signal), stores.flows.breakdown(asked)];
    for (const never of [stores.flows.stretch({ ...span, most: 10 }, before), stores.flows.breakdown(asked, before)])
      await expect(never).rejects.toMatchObject({ code: 'STORE_GONE' });
    expect(await Promise.all(wanted)).toMatchObject([{ offered: 1 }, { all: { packets: 4 } }]);
    // What was answered is not ended any more.
    gone.abort();
    expect(await stores.flows.stretch({ ...span, most: 10 }, new AbortController().signal)).toMatchObject({
      offered: 1,
    });
    await stores.close();
  });

  test('the event loop goes on while commits are written', async () => {
    const stores = await (await compiledClient()).openDuckDbStores(await testFolder());
    const flows4 = Array.from({ length: 5000 }, (_, row) => ({ packets: row }));
    const commit = ingestCommit({ flows4 });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 2);
    for (let count = 0; count < 10; count++) await stores.flows.commit(commit);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
    await stores.close();
  });

  test('a process that exits in the middle of work keeps its exit code and gives the store back', async () => {
    const folder = await testFolder();
    const client = JSON.stringify(new URL('server/store/duckdb/client.js', compiled!).href);
    const script = `const { openDuckDbStores } = await import(${client});
      const stores = await openDuckDbStores(${JSON.stringify(folder)});
      for (let query = 0; query < 50; query++) stores.flows.sum(0).catch(() => undefined);
      setTimeout(() => process.exit(3), 2);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code, signal] = await once(child, 'exit');
    expect([code, signal]).toEqual([3, null]);
    expect(await readdir(folder)).toEqual(['kurayami.duckdb']);
  });

  test('a store in use by another process is refused, with the process named', async () => {
    const folder = await testFolder();
    const writer = startWriter(folder);
    await writer.lines(1);
    const opening = openDuckDbStoresInThread(folder);
    await expect(opening).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await expect(opening).rejects.toThrow(new RegExp(`process ${writer.process.pid}\\b`));
    await kill(writer);
  });

  test.for([
    { name: 'commits', how: [] },
    { name: 'commits and seals', how: ['seal'] },
  ])(
    'killed again and again while it $name, it keeps what it acknowledged, once',
    { timeout: 240_000 },
    async ({ how }) => {
      const folder = await testFolder();
      let acknowledged = -1;
      for (let round = 0; round < 4; round++) {
        const writer = startWriter(folder, ...how);
        const lines = await writer.lines(10 + round * 5);
        await kill(writer);
        acknowledged = Math.max(acknowledged, Number(lines.at(-1)));
        const stores = await openDuckDbStoresInThread(folder);
        const last = await stores.catalog.position(1, 1);
        // The last commit may have become durable without anyone being told.
        expect(last - acknowledged).toBeGreaterThanOrEqual(0);
        expect(last - acknowledged).toBeLessThanOrEqual(1);
        const packets = ((last + 1) * (last + 2)) / 2;
        expect(await stores.flows.sum(0)).toMatchObject({ flows: last + 1, packets });
        expect(stores.warnings).toEqual([]);
        expect(await stores.series.sum(0, 60)).toMatchObject({ flows: last + 1, packets });
        await stores.close();
      }
      expect(acknowledged).toBeGreaterThan(30);
    },
  );
});
