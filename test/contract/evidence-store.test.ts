/** Evidence about sources in a real store: sums, packets, what is too much, and what retention takes. */
import { expect, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbOptions } from '../../server/store/duckdb/operations.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { evidenceRows, sourceWords, type TestEvidence } from '../support/evidence.ts';
import { testFolder } from '../support/folders.ts';

const SOURCE = '203.0.113.5';
const DAY = 86_400;

async function openStores(options: DuckDbOptions = {}) {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder, options);
  const commit = (...rows: TestEvidence[]) =>
    stores.flows.commit({ ...ingestCommit({}), evidence: evidenceRows(rows) });
  const of = (source = SOURCE, session = 0) => stores.evidence.of(session, sourceWords(source));
  return { folder, stores, commit, of };
}

const packet = (...bytes: number[]) => ({ seconds: NOON_SECONDS + bytes[0]!, bytes: Uint8Array.from(bytes) });

test('rows of one source add up over sensors, keys and commits, before and after they are summed up', async () => {
  const { stores, commit, of } = await openStores();
  await commit(
    { matched: 3, candidates: 4, key: 7, packets: [packet(1, 2), packet(3)] },
    { matched: 0, candidates: 10, key: 0, firstSeconds: 0 },
    { matched: 1, tag: 2, key: 9 },
    { matched: 50, source: '203.0.113.6', packets: [packet(9)] },
    { matched: 60, session: 4 },
  );
  await commit(
    { matched: 2, key: 7, sensor: 2, firstSeconds: NOON_SECONDS - 5 },
    { matched: 5, key: 8, packets: [packet(4)] },
  );
  const expected = [
    { tag: 2, matched: 1, candidates: 1, keys: 1, packets: [] },
    {
      tag: 3,
      matched: 10,
      candidates: 21,
      keys: 2,
      firstSeconds: NOON_SECONDS - 5,
      lastSeconds: NOON_SECONDS,
      packets: [packet(1, 2), packet(3), packet(4)],
    },
  ];
  expect(await of()).toMatchObject(expected);
  await stores.compact();
  expect(await of()).toMatchObject(expected);
  expect(await of('203.0.113.6')).toMatchObject([{ matched: 50, packets: [packet(9)] }]);
  expect(await of(SOURCE, 4)).toMatchObject([{ matched: 60 }]);
  expect(await of('203.0.113.7')).toEqual([]);
  expect(await stores.evidence.account(0)).toEqual({ present: 61, expired: 0, givenUp: 0 });
  await stores.close();
});

test('three packets of a key stay, and six of a rule are told, those of the key with most matches first', async () => {
  const { stores, commit, of } = await openStores();
  await commit({ key: 1, matched: 1, packets: [packet(1), packet(2), packet(3)] });
  await commit({ key: 1, matched: 1, packets: [packet(4), packet(5)] });
  await commit(
    { key: 2, matched: 9, packets: [packet(6), packet(7)] },
    { key: 3, matched: 1, packets: [packet(8), packet(9)] },
  );
  await stores.compact();
  expect((await of())[0]!.packets.map(({ bytes }) => bytes[0])).toEqual([6, 7, 1, 2, 3, 8]);
  await stores.close();
});

test('evidence is there after a stop, and in the same transaction as positions', async () => {
  const { folder, stores, commit, of } = await openStores();
  await commit({ matched: 2 });
  const bad = { ...evidenceRows([{ matched: 3 }]), matched: Float64Array.of(Number.NaN) };
  const position = { sensor: 1, epoch: 1, sequence: 9 };
  await expect(stores.flows.commit({ ...ingestCommit({ positions: [position] }), evidence: bad })).rejects.toThrow(
    RangeError,
  );
  expect(await stores.catalog.position(1, 1)).toBe(-1);
  expect(await of()).toMatchObject([{ matched: 2 }]);
  await stores.close();
  const again = await openDuckDbStoresInThread(folder);
  expect(await again.evidence.of(0, sourceWords(SOURCE))).toMatchObject([{ matched: 2 }]);
  await again.close();
});

test('of too much, what was seen least lately goes, whole rules of whole sources, and is counted', async () => {
  const { stores, commit, of } = await openStores({ evidenceLimits: { rows: 5, packets: 3, actOn: 1_000 } });
  for (let age = 0; age < 4; age++)
    await commit(
      {
        source: `203.0.113.${age}`,
        matched: 10 + age,
        key: 1,
        firstSeconds: NOON_SECONDS - age,
        packets: [packet(age)],
      },
      { source: `203.0.113.${age}`, matched: 0, candidates: 100, key: 0, firstSeconds: 0 },
    );
  await stores.compact();
  expect(await of('203.0.113.0')).toMatchObject([{ matched: 10, candidates: 110 }]);
  expect(await of('203.0.113.1')).toMatchObject([{ matched: 11, candidates: 111, packets: [{}] }]);
  expect(await of('203.0.113.2')).toEqual([]);
  expect(await of('203.0.113.3')).toEqual([]);
  expect(await stores.evidence.account(0)).toEqual({ present: 21, expired: 0, givenUp: 25 });
  // What comes again begins anew.
  await commit({ source: '203.0.113.3', matched: 1, firstSeconds: NOON_SECONDS + 1 });
  expect(await of('203.0.113.3')).toMatchObject([{ matched: 1 }]);
  expect(await stores.evidence.account(0)).toEqual({ present: 22, expired: 0, givenUp: 25 });
  await stores.close();
});

test('it is summed up by itself when enough has gathered', async () => {
  const { stores, commit, of } = await openStores({ evidenceLimits: { rows: 2, actOn: 4 } });
  for (let age = 0; age < 4; age++) await commit({ source: `203.0.113.${age}`, firstSeconds: NOON_SECONDS - age });
  await expect.poll(() => of('203.0.113.3')).toEqual([]);
  expect(await stores.evidence.account(0)).toEqual({ present: 2, expired: 0, givenUp: 2 });
  await stores.close();
});

test('it leaves with the flows of its session: hours of live ones, and whole sessions of others', async () => {
  const retention = { flowDays: 2, flowGigabytes: 0, sessionDays: 5 };
  const { folder, stores, commit, of } = await openStores({ retention });
  const { id } = await stores.catalog.session({ kind: 'file', name: 'a.pcap', sensor: 1, epoch: 5 });
  const now = Math.floor(Date.now() / 1000);
  const old = now - 3 * DAY;
  await stores.flows.commit(
    ingestCommit({ flows4: [{ seconds: old }, { seconds: now - DAY }, { seconds: old, session: id }] }),
  );
  await commit(
    { matched: 5, firstSeconds: old, packets: [packet(1)] },
    { matched: 7, firstSeconds: old, source: '203.0.113.6' },
    // Seen again the next day: what is old about it stays with it.
    { matched: 8, firstSeconds: now - DAY, source: '203.0.113.6' },
    { matched: 9, firstSeconds: old, session: id },
  );
  await stores.seal(true);
  await stores.retain();
  expect(await stores.flows.account(0)).toMatchObject({ present: { flows: 1 }, expired: { flows: 1 } });
  expect(await stores.evidence.account(0)).toEqual({ present: 15, expired: 5, givenUp: 0 });
  expect(await of()).toEqual([]);
  expect(await of('203.0.113.6')).toMatchObject([{ matched: 15 }]);
  expect(await of(SOURCE, id)).toMatchObject([{ matched: 9 }]);
  await stores.close();
  const later = await openDuckDbStoresInThread(folder, { retention, clock: () => Date.now() + 6 * DAY * 1000 });
  await later.retain();
  expect(await later.evidence.account(id)).toEqual({ present: 0, expired: 9, givenUp: 0 });
  expect(await later.evidence.account(0)).toEqual({ present: 0, expired: 20, givenUp: 0 });
  await later.close();
});
