/** Series and a clock that is wrong: nothing that is not old is deleted, refused or kept from the mirror. */
import { expect, onTestFinished, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import { ingestCommit } from '../support/commits.ts';
import { testFolder } from '../support/folders.ts';

const DAY = 86_400;

async function openStores(folder: string, clock: { days: number }) {
  const stores = await openDuckDbStoresInThread(folder, {
    mirror: 'test',
    clock: () => Date.now() + clock.days * DAY * 1000,
  });
  onTestFinished(() => stores.close());
  return stores;
}

type Stores = Awaited<ReturnType<typeof openStores>>;

async function commitLive(stores: Stores, bin: number, packets: number): Promise<void> {
  await stores.flows.commit(
    ingestCommit({
      series: [
        { resolution: 1, bin, packets },
        { bin, packets },
      ],
    }),
  );
}

function packetsBy(stores: Stores, stepSeconds: number, fromSeconds: number) {
  const span = { session: 0, measure: 'packets', by: 'total', fromSeconds, toSeconds: fromSeconds + 60 } as const;
  return stores.series.series({ ...span, stepSeconds });
}

test('a clock that jumps ahead deletes no series, and that is said', async () => {
  const clock = { days: 0 };
  const stores = await openStores(await testFolder(), clock);
  const bin = Math.floor(Date.now() / 60_000) * 60 - 600;
  await commitLive(stores, bin, 5);
  clock.days = 3 * 365;
  await stores.compact();
  clock.days = 0;
  await stores.compact();
  for (const step of [1, 60]) expect(await packetsBy(stores, step, bin)).toMatchObject([{ value: 5 }]);
  expect((await stores.flows.state()).problems).toMatchObject([{ code: 'STORE_CLOCK_JUMPED' }]);
  await commitLive(stores, bin + 540, 7);
  for (const step of [1, 60]) expect(await packetsBy(stores, step, bin + 540)).toMatchObject([{ value: 7 }]);
});

test('after a run with a clock that was ahead, what comes is answered and mirrored', async () => {
  const folder = await testFolder();
  // A minute that opens no bin of five minutes, whatever the hour: only the bins that were committed begin with it.
  const bin = Math.floor(Date.now() / 300_000) * 300 - 240;
  const ahead = await openStores(folder, { days: 3 * 365 });
  await commitLive(ahead, bin - 600, 5);
  await ahead.compact();
  await expect(packetsBy(ahead, 60, bin - 600)).rejects.toThrow(/no longer kept/);
  await ahead.close();

  const stores = await openStores(folder, { days: 0 });
  await commitLive(stores, bin, 7);
  for (const step of [1, 60]) expect(await packetsBy(stores, step, bin)).toMatchObject([{ value: 7 }]);
  const { bins } = await stores.outbox.pending(10);
  expect(bins.filter((waiting) => waiting.bin === bin).map(({ resolution }) => resolution)).toEqual([1, 60]);
  expect(await stores.outbox.binsNotWhole()).toBe(0);
  await stores.outbox.done(bins, bins);
  expect(await stores.outbox.again(0, null)).toBe(bins.length);
  // What is really old is still refused, and everything is in the sum.
  await expect(packetsBy(stores, 60, bin - 800 * DAY)).rejects.toThrow(/60 s .* no longer kept/);
  await stores.compact();
  expect((await stores.series.sum(0, 60)).packets).toBe(12);
});
