/** A disk that really runs full: a small one of memory, which only root can make. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import { createFlowBatch, type FlowBatch } from '../../shared/flow-batch.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { canMount, smallDisk } from '../support/small-disk.ts';

const ROWS = 20_000;
/** Rows that do not compress, of one packet each. */
function noise(seed: number): FlowBatch {
  const batch = createFlowBatch(4, ROWS);
  batch.length = ROWS;
  batch.interval.fill(NOON_SECONDS);
  batch.packets.fill(1);
  let state = seed;
  for (const column of [batch.source, batch.target, batch.firstMicros, batch.wireBytes, batch.tagsLow, batch.tagsHigh])
    for (let row = 0; row < ROWS; row++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      column[row] = (state ^ (state >>> 13)) >>> 0;
    }
  for (let row = 0; row < ROWS; row++) batch.firstMicros[row]! %= 1_000_000;
  return batch;
}

describe.skipIf(!canMount())('a disk that is full', () => {
  /** Where it meets the end of the disk depends on how much was written: in the log, or as the log goes into the file. */
  test('stops commits, loses nothing that was stored, and is used again when there is room', {
    timeout: 240_000,
  }, async () => {
    const met = new Set<string>();
    for (const megabytes of [50, 58, 66, 82]) met.add(await fillAndGoOn(megabytes));
    // DuckDB does not survive the first: the database is opened again.
    expect([...met].sort()).toEqual(['FATAL', 'TransactionContext']);
  });
});

/** Resolves to the first word of what DuckDB said. */
async function fillAndGoOn(megabytes: number): Promise<string> {
  const folder = await smallDisk(megabytes);
  const ballast = join(folder, 'ballast');
  await writeFile(ballast, Buffer.alloc(20_000_000, 7));
  const stores = await openDuckDbStoresInThread(folder);
  let stored = 0;
  const commit = async (sequence: number) => {
    const positions = [{ sensor: 1, epoch: 1, sequence }];
    await stores.flows.commit({ ...ingestCommit({ positions }), flows: [noise(sequence + 1)] });
    stored = sequence + 1;
  };
  const fill = async () => {
    for (let sequence = 0; sequence < 200; sequence++) await commit(sequence);
  };
  const error = await fill().then(
    () => null,
    (cause: Error) => cause,
  );
  expect(error).toMatchObject({ code: 'STORE_FULL' });
  expect(stored).toBeGreaterThan(3);
  await rm(ballast);
  // Whether the commit that failed is durable, only the store knows: a sensor asks it where to go on.
  const position = () => stores.catalog.position(1, 1).catch(() => null);
  await expect.poll(position, { timeout: 60_000, interval: 500 }).not.toBeNull();
  const next = (await stores.catalog.position(1, 1)) + 1;
  expect(next - stored).toBeGreaterThanOrEqual(0);
  expect(next - stored).toBeLessThanOrEqual(1);
  expect((await stores.flows.sum(0)).packets).toBe(next * ROWS);
  await commit(next);
  expect((await stores.flows.sum(0)).packets).toBe((next + 1) * ROWS);
  await stores.close();
  return String((error!.cause as Error).message).split(' ', 1)[0]!;
}
