import { describe, expect, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import { ingestCommit, ledgerState, NOON_SECONDS } from '../support/commits.ts';
import { testFolder } from '../support/folders.ts';

const TOKYO = { name: 'Tokyo', latitude: 35.68, longitude: 139.77 };

describe('DuckDB as a catalog', () => {
  test('keeps one installation key of 32 bytes', async () => {
    const folder = await testFolder();
    const first = await openDuckDbStoresInThread(folder);
    const key = await first.catalog.installationKey();
    expect(key).toHaveLength(32);
    expect(new Set(key).size).toBeGreaterThan(8);
    await first.close();
    const second = await openDuckDbStoresInThread(folder);
    expect(await second.catalog.installationKey()).toEqual(key);
    await second.close();
    const other = await openDuckDbStoresInThread(await testFolder());
    expect(await other.catalog.installationKey()).not.toEqual(key);
    await other.close();
  });

  test('gives each sensor its number once', async () => {
    const { catalog, close } = await openDuckDbStoresInThread(await testFolder());
    expect(await catalog.sensor('roof', null)).toEqual({ id: 1, name: 'roof', place: null });
    expect(await catalog.sensor("cellar'; --", TOKYO)).toEqual({ id: 2, name: "cellar'; --", place: TOKYO });
    expect(await catalog.sensor('roof', TOKYO)).toEqual({ id: 1, name: 'roof', place: TOKYO });
    expect((await catalog.sensor('roof', null)).place).toEqual(TOKYO);
    const moved = { ...TOKYO, latitude: 0 };
    await catalog.sensor('roof', moved);
    expect((await catalog.sensors()).map((sensor) => sensor.place)).toEqual([moved, TOKYO]);
    await close();
  });

  test('asked for one sensor many times at once, makes one', async () => {
    const { catalog, close } = await openDuckDbStoresInThread(await testFolder());
    const sensors = await Promise.all(Array.from({ length: 8 }, () => catalog.sensor('roof', null)));
    expect(new Set(sensors.map((sensor) => sensor.id))).toEqual(new Set([1]));
    await close();
  });

  test('opens a session for each sensor and epoch, and one for all that is live', async () => {
    const { catalog, close } = await openDuckDbStoresInThread(await testFolder());
    const wanted = { kind: 'file', name: 'a.pcap', sensor: 1, epoch: 4_000_000_000 } as const;
    const file = await catalog.session(wanted);
    expect(file).toMatchObject({ id: 1, kind: 'file', name: 'a.pcap', sensor: 1, firstSeconds: null, packets: 0 });
    expect(Math.abs(file.arrivedSeconds - Date.now() / 1000)).toBeLessThan(60);
    expect(await catalog.session(wanted)).toEqual(file);
    expect((await catalog.session({ ...wanted, sensor: 2 })).id).toBe(2);
    expect((await catalog.session({ ...wanted, epoch: 5, kind: 'simulated' })).id).toBe(3);
    for (const sensor of [1, 2]) {
      const live = await catalog.session({ kind: 'live', name: 'x', sensor, epoch: 9 });
      expect(live).toMatchObject({ id: 0, kind: 'live', sensor: null });
    }
    expect((await catalog.sessions()).map((session) => session.id)).toEqual([1, 2, 3]);
    await close();
  });

  test('adds up what each session ever had, and what of it came from nowhere', async () => {
    const { catalog, series, flows, close } = await openDuckDbStoresInThread(await testFolder());
    const nowhere = { dimension: 'country', key: 0 } as const;
    const rows = [
      { packets: 10, bytes: 600, flows: 3 },
      { packets: 5, bytes: 300, flows: 2, bin: NOON_SECONDS + 86_400 },
      { ...nowhere, packets: 4 },
      { ...nowhere, packets: 1, bin: NOON_SECONDS + 86_400 },
      { dimension: 'country', key: 7, packets: 10 },
      { packets: 99, session: 1 },
      { ...nowhere, packets: 99, session: 1 },
    ] as const;
    await flows.commit(ingestCommit({ series: rows.map((row) => ({ bin: NOON_SECONDS, ...row })) }));
    const totals = { packets: 15, bytes: 900, flows: 5, unknownPlacePackets: 5 };
    expect(await catalog.totals(0)).toEqual(totals);
    expect(await catalog.totals(0)).toMatchObject(await series.sum(0, 60));
    expect(await catalog.totals(2)).toEqual({ packets: 0, bytes: 0, flows: 0, unknownPlacePackets: 0 });
    await close();
  });

  test('knows what each session holds', async () => {
    const { catalog, flows, close } = await openDuckDbStoresInThread(await testFolder());
    await catalog.session({ kind: 'file', name: 'a.pcap', sensor: 1, epoch: 1 });
    const late = { session: 1, seconds: NOON_SECONDS + 9.25, packets: 2 };
    await flows.commit(ingestCommit({ flows4: [late, { packets: 7 }], flows6: [{ session: 1, packets: 1 }] }));
    await flows.commit(ingestCommit({ flows4: [{ session: 1, seconds: NOON_SECONDS + 1, packets: 4 }] }));
    const [live, file] = await catalog.sessions();
    expect(live).toMatchObject({ id: 0, packets: 7, firstSeconds: NOON_SECONDS });
    expect(file).toMatchObject({ packets: 7, firstSeconds: NOON_SECONDS, lastSeconds: NOON_SECONDS + 9.250005 });
    await close();
  });

  test('remembers positions by sensor and epoch, and never goes back', async () => {
    const folder = await testFolder();
    const { catalog, flows, close } = await openDuckDbStoresInThread(folder);
    const at = (sensor: number, epoch: number, sequence: number) => ({ sensor, epoch, sequence });
    expect(await catalog.position(1, 7)).toBe(-1);
    await flows.commit(ingestCommit({ positions: [at(1, 7, 0), at(2, 7, 4_294_967_295)] }));
    await flows.commit(ingestCommit({ positions: [at(1, 7, 5), at(1, 8, 1)] }));
    await flows.commit(ingestCommit({ positions: [at(1, 7, 3)] }));
    await close();
    const again = await openDuckDbStoresInThread(folder);
    expect(await again.catalog.position(1, 7)).toBe(5);
    expect(await again.catalog.position(1, 8)).toBe(1);
    expect(await again.catalog.position(2, 7)).toBe(4_294_967_295);
    await again.close();
  });

  test('puts a ledger in the place of the one before', async () => {
    const { catalog, flows, close } = await openDuckDbStoresInThread(await testFolder());
    await flows.commit(ingestCommit({ ledgers: [ledgerState(0, 1, 5), ledgerState(3, 1, 8)] }));
    await flows.commit(ingestCommit({ ledgers: [ledgerState(0, 1, 6)] }));
    expect(await catalog.ledgers()).toEqual([ledgerState(0, 1, 6), ledgerState(3, 1, 8)]);
    await close();
  });
});
