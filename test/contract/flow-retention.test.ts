import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbOptions } from '../../server/store/duckdb/operations.ts';
import { ingestCommit, ledgerState, NOON_SECONDS } from '../support/commits.ts';
import { testFolder } from '../support/folders.ts';

const DAY = 86_400;
const NONE = { packets: 0, bytes: 0, flows: 0 };
const KEEP = { flowDays: 0, flowGigabytes: 0, sessionDays: 0 };

/** `clock.seconds` is what the store takes for now. */
async function openStores(retention: Partial<DuckDbOptions['retention']>, folder?: string) {
  const home = folder ?? (await testFolder());
  const clock = { seconds: Date.now() / 1000 };
  const stores = await openDuckDbStoresInThread(home, {
    retention: { ...KEEP, ...retention },
    clock: () => clock.seconds * 1000,
  });
  onTestFinished(() => stores.close());
  return { stores, clock, folder: home };
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'flows'), { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [entry.parentPath.slice(-16)] : [])).sort();
}

test('whole hours of live flows go by the time of their packets, and are counted', async () => {
  const { stores, folder } = await openStores({ flowDays: 2 });
  const now = Math.floor(Date.now() / 1000);
  const at = [10 * DAY, 2 * DAY + 7300, 2 * DAY - 7300, 60].map((ago) => now - ago);
  await stores.flows.commit(ingestCommit({ flows4: at.map((seconds, row) => ({ seconds, packets: 10 ** row })) }));
  await stores.flows.commit(ingestCommit({ flows6: [{ seconds: at[0]!, packets: 50_000 }] }));
  await stores.seal(true);
  expect(await stores.flows.sum(0)).toMatchObject({ packets: 51_111, flows: 5 });
  await stores.retain();
  expect(await stores.flows.account(0)).toEqual({
    present: { packets: 1100, bytes: 66_000, flows: 2 },
    expired: { packets: 50_011, bytes: 3_000_660, flows: 3 },
    missing: NONE,
    deleted: NONE,
  });
  expect(await foldersOf(folder)).toHaveLength(2);
  await stores.close();
  const again = await openStores({ flowDays: 2 }, folder);
  expect((await again.stores.flows.account(0)).expired).toMatchObject({ packets: 50_011, flows: 3 });
  expect((await again.stores.flows.sum(0)).packets).toBe(1100);
});

test('sessions go whole, by the time of their arrival, tables and files', async () => {
  const { stores, folder } = await openStores({ sessionDays: 5 });
  const wanted = { kind: 'file', name: 'a.pcap', sensor: 1, epoch: 1 } as const;
  const { id } = await stores.catalog.session(wanted);
  await stores.flows.commit(ingestCommit({ flows4: [{ session: id, packets: 3 }, { packets: 5 }] }));
  await stores.seal(true);
  await stores.retain();
  expect((await stores.flows.sum(id)).packets).toBe(3);
  await stores.flows.commit(ingestCommit({ flows4: [{ session: id, packets: 4 }] }));
  await stores.close();
  const later = await openDuckDbStoresInThread(folder, {
    retention: { ...KEEP, sessionDays: 5 },
    clock: () => Date.now() + 6 * DAY * 1000,
  });
  expect(await later.flows.sum(id)).toMatchObject({ packets: 7, flows: 2 });
  await later.retain();
  expect(await later.flows.account(id)).toMatchObject({ present: NONE, expired: { packets: 7, flows: 2 } });
  expect((await later.flows.sum(0)).packets).toBe(5);
  expect(await later.flows.state()).toMatchObject({ tables: 0, files: 1 });
  await later.close();
});

test('what is too much goes, oldest first', async () => {
  const { stores, folder } = await openStores({ flowGigabytes: 1e-6 });
  for (const hour of [0, 1, 2])
    await stores.flows.commit(ingestCommit({ flows4: [{ seconds: NOON_SECONDS + hour * 3600, packets: 10 ** hour }] }));
  await stores.seal(true);
  const { fileBytes } = await stores.flows.state();
  expect(fileBytes).toBeGreaterThan(3000);
  await stores.retain();
  expect((await stores.flows.state()).fileBytes).toBeLessThanOrEqual(1000);
  expect(await stores.flows.account(0)).toMatchObject({ present: NONE, expired: { packets: 111, flows: 3 } });
  expect(await foldersOf(folder)).toEqual([]);
});

test('nothing is deleted when nobody asked for it', async () => {
  const { stores } = await openStores({});
  await stores.flows.commit(ingestCommit({ flows4: [{ seconds: 5 }] }));
  await stores.seal(true);
  await stores.retain();
  expect((await stores.flows.sum(0)).flows).toBe(1);
});

test('a clock that jumps ahead deletes nothing, and that is said', async () => {
  const { stores, clock } = await openStores({ flowDays: 30, sessionDays: 30 });
  const now = Math.floor(Date.now() / 1000);
  await stores.flows.commit(
    ingestCommit({
      flows4: [
        { seconds: now, packets: 2 },
        { session: 1, packets: 3 },
      ],
    }),
  );
  await stores.seal(true);
  clock.seconds += 400 * DAY;
  await stores.retain();
  expect((await stores.flows.sum(0)).packets).toBe(2);
  expect((await stores.flows.state()).problems).toMatchObject([
    { code: 'STORE_CLOCK_JUMPED', message: expect.stringMatching(/clock .* went ahead by 9600 h/) },
  ]);
  clock.seconds -= 800 * DAY;
  await stores.retain();
  expect((await stores.flows.sum(0)).packets).toBe(2);
});

test('packets from a far future do not stay until then', async () => {
  const { stores, folder } = await openStores({});
  await stores.flows.commit(ingestCommit({ flows4: [{ seconds: 7_000_000_000 }] }));
  await stores.seal(true);
  await stores.close();
  const later = await openDuckDbStoresInThread(folder, {
    retention: { ...KEEP, flowDays: 1 },
    clock: () => Date.now() + 2 * DAY * 1000,
  });
  await later.retain();
  expect((await later.flows.account(0)).expired.flows).toBe(1);
  await later.close();
});

test('queries beside retention get what is left, or what was there', async () => {
  const { stores } = await openStores({ flowDays: 1 });
  const flows4 = Array.from({ length: 12 }, (_, hour) => ({ seconds: NOON_SECONDS + hour * 3600 }));
  for (let first = 0; first < 12; first += 4) {
    await stores.flows.commit(
      ingestCommit({ flows4: flows4.slice(first, first + 4), ledgers: [ledgerState(0, 1, first)] }),
    );
    await stores.seal(true);
  }
  const all = { session: 0, fromSeconds: 0, toSeconds: 9_000_000_000, limit: 100 };
  const asking = Array.from({ length: 8 }, () => stores.flows.flows(all));
  const [pages] = await Promise.all([Promise.all(asking), stores.retain()]);
  for (const { flows } of pages) expect(flows.length).toBeLessThanOrEqual(12);
  expect(await stores.flows.account(0)).toMatchObject({ present: NONE, expired: { flows: 12 } });
});
