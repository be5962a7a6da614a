/** Packets of a filter, over a real store and a real ring: what it selects, what it counts, and what is refused. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ApiParts } from '../../server/api/parts.ts';
import { buildApp } from '../../server/app.ts';
import { PacketRing } from '../../server/packets/packet-ring.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import { flowBatch, ingestCommit, NOON_SECONDS } from '../support/commits.ts';
import { testFolder } from '../support/folders.ts';
import { hex } from '../support/hex.ts';
import { projectFolder } from '../support/program.ts';
import { rawPackets } from '../support/raw-packets.ts';

const PORTS = [23, 80, 443];
/** A SYN from 192.0.2.1 to 198.51.100.7 as flows of the tests have it, with its TTL. */
const syn = (seconds: number, targetPort: number, ttl = 'f1') => ({
  ...{ seconds: NOON_SECONDS + Math.floor(seconds), nanoseconds: Math.round((seconds % 1) * 1e9) },
  ...{ linkType: 101, originalLength: 40 },
  bytes: hex(
    `45000028 abcd0000 ${ttl}060000 c0000201 c6336407`,
    `9c40${targetPort.toString(16).padStart(4, '0')} 00000001 00000000 50020400 00000000`,
  ),
});
const syn6 = (seconds: number) => ({
  ...{ seconds: NOON_SECONDS + seconds, nanoseconds: 1_000, linkType: 101, originalLength: 60 },
  bytes: hex(
    '60000000 0014 06 f1 20010db8 00000000 00000000 00000001 20010db8 ffff0000 00000000 00000007',
    '9c400017 00000001 00000000 50020400 00000000',
  ),
});

async function openApp(clock = { seconds: NOON_SECONDS }, flowGigabytes = 0) {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder, {
    retention: { flowDays: 2, sessionDays: 0, flowGigabytes },
    clock: () => clock.seconds * 1000,
  });
  onTestFinished(() => stores.close());
  await stores.catalog.sensor('roof', null);
  await stores.catalog.session({ kind: 'live', name: 'live', sensor: 1, epoch: 1 });
  const ring = new PacketRing({
    ...{ folder: join(folder, 'packets'), keepBytes: 1 << 20, log: () => undefined },
    position: async () => 1,
  });
  onTestFinished(() => ring.stop());
  const parts = {
    ...{ flows: stores.flows, catalog: stores.catalog, packets: ring },
    live: { current: () => ({ record: { id: 0 } }) },
    tokens: { find: (role: string) => (role === '' ? null : { role, name: role, id: 1 }) },
    signIns: { find: () => null },
    ...{ software: 'kurayami 0', pageFolder: projectFolder },
  } as unknown as ApiParts;
  const app = await buildApp(parts);
  onTestFinished(() => app.close());
  const ask = async (query: Record<string, string>, role = 'analyst') => {
    const answer = await app.inject({
      ...{ url: '/api/v1/packets', query: { from: iso(NOON_SECONDS), to: iso(NOON_SECONDS + 100), ...query } },
      headers: { authorization: `Bearer ${role}`, host: 'localhost' },
    });
    return answer.json();
  };
  return { stores, ring, ask, folder };
}
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

async function openFilled(clock?: { seconds: number }) {
  const opened = await openApp(clock);
  const flows4 = PORTS.map((targetPort, at) => ({
    ...{ targetPort, seconds: NOON_SECONDS + at + 0.5, country: at === 0 ? 'JP' : 'DE' },
  }));
  const six = flowBatch(6, [{ seconds: NOON_SECONDS + 3, country: 'JP' }]);
  six.ipLength[0] = 60;
  await opened.stores.flows.commit({ ...ingestCommit({}), flows: [flowBatch(4, flows4), six] });
  const packets = [...PORTS.map((port, at) => syn(at + 0.5, port)), syn6(3)];
  opened.ring.append(0, 1, rawPackets(packets), 1, 1);
  return opened;
}

const portsOf = ({ packets }: { packets: { bytes: string }[] }) =>
  packets.map(({ bytes }) => {
    const packet = Buffer.from(bytes, 'base64');
    return packet.readUInt16BE(packet[0]! >> 4 === 4 ? 22 : 42) + (packet[0]! >> 4 === 6 ? 60_000 : 0);
  });

test('a filter selects packets by what is known of their flows, and counts the others', async () => {
  const { ask } = await openFilled();
  expect(portsOf(await ask({}))).toEqual([23, 80, 443, 60_023]);
  expect(await ask({})).not.toHaveProperty('filteredOut');
  for (const { filter, ports } of [
    { filter: 'country JP', ports: [23, 60_023] },
    { filter: 'tcp dst port 80', ports: [80] },
    { filter: 'ip6', ports: [60_023] },
    { filter: 'not dst host 198.51.100.7', ports: [60_023] },
    { filter: 'sensor roof and not port 443', ports: [23, 80, 60_023] },
    { filter: 'udp', ports: [] },
  ]) {
    const answer = await ask({ filter });
    expect([filter, ...portsOf(answer)]).toEqual([filter, ...ports]);
    expect(answer).toMatchObject({ more: false, filteredOut: 4 - ports.length });
  }
  // What the ends leave out is not the filter's doing.
  const both = await ask({ filter: 'country DE', targetPort: '443', source: '192.0.2.1' });
  expect([portsOf(both), both.filteredOut]).toEqual([[443], 0]);
  expect(await ask({ filter: 'country JP', targetPort: '443' })).toMatchObject({ packets: [], filteredOut: 1 });
  // A span that begins within the second of its flows.
  const late = { from: iso(NOON_SECONDS + 0.4), to: iso(NOON_SECONDS + 0.6), filter: 'tcp' };
  expect(portsOf(await ask(late))).toEqual([23]);
});

test('a packet is of a flow by all of its key and by its time', async () => {
  const { ask, ring } = await openFilled();
  ring.append(0, 1, rawPackets([syn(0.5, 23, '40'), syn(0.9, 23), syn(0.500003, 23)]), 1, 2);
  expect(await ask({ filter: 'dst port 23 and ip' })).toMatchObject({ packets: { length: 2 }, filteredOut: 5 });
});

test('what is no filter is refused with its code, whether there are packets or not', async () => {
  const { ask } = await openApp();
  for (const { filter, code } of [
    { filter: 'tcp dst prt 23', code: 'FILTER_UNKNOWN_WORD' },
    { filter: 'sensor nobody', code: 'FILTER_UNKNOWN_WORD' },
    { filter: 'len > 40', code: 'FILTER_NOT_HERE' },
  ])
    expect(await ask({ filter })).toMatchObject({ status: 400, code, position: { start: expect.any(Number) } });
  expect(await ask({ filter: 'tcp' })).toMatchObject({ status: 404, code: 'API_NO_PACKETS', why: 'notSent' });
  expect(await ask({ filter: 'tcp' }, 'viewer')).toMatchObject({ status: 403, code: 'ACCESS_TARGETS' });
});

test('a filter that selects more flows than are held is refused', { timeout: 120_000 }, async () => {
  const { ask, stores, ring } = await openApp();
  const flows4 = Array.from({ length: 100_001 }, (_, at) => ({ seconds: NOON_SECONDS + (at % 90) }));
  await stores.flows.commit(ingestCommit({ flows4 }));
  // Flows of the first second are not looked for: of that time there is no packet.
  ring.append(0, 1, rawPackets([syn(1, 23)]), 1, 1);
  expect(await ask({ filter: 'tcp' })).toMatchObject({ packets: { length: 1 } });
  ring.append(0, 1, rawPackets([syn(0, 23)]), 1, 2);
  expect(await ask({ filter: 'tcp' })).toMatchObject({ status: 400, code: 'API_TOO_MANY_FLOWS' });
  expect(await ask({ filter: 'tcp', to: iso(NOON_SECONDS + 2) })).toMatchObject({ packets: { length: 2 } });
});

const HOUR = 3_600;
const DAY = 86_400;
const files = (folder: string) => readdirSync(join(folder, 'packets')).filter((name) => name.endsWith('.packets'));

test('packets leave with the hours of flows that retention takes, from answers and from the disk', async () => {
  // The store believes a clock that goes ahead by an hour, and no more.
  const clock = { seconds: NOON_SECONDS + HOUR + 2 * DAY };
  const { stores, ring, ask, folder } = await openFilled(clock);
  const hour = { from: iso(NOON_SECONDS - 600), to: iso(NOON_SECONDS + 600) };
  await stores.flows.commit(ingestCommit({ flows4: [{ seconds: NOON_SECONDS + HOUR + 1 }] }));
  ring.append(0, 1, rawPackets([syn(HOUR + 1, 23)]), 1, 2);
  expect(files(folder)).toHaveLength(2);
  await stores.seal(true);
  await stores.retain();
  expect(await ask(hour)).toMatchObject({ packets: { length: 4 } });

  clock.seconds += 60;
  await stores.retain();
  expect((await stores.flows.account(0)).expired.packets).toBe(4);
  expect(await ask(hour)).toMatchObject({ status: 404, code: 'API_NO_PACKETS', why: 'expired' });
  expect(files(folder)).toHaveLength(1);
  expect(ring.account(0)).toEqual({ present: 1, expired: 4, missing: 0 });
  const later = { from: iso(NOON_SECONDS + HOUR), to: iso(NOON_SECONDS + 2 * HOUR) };
  expect(portsOf(await ask({ ...later, filter: 'tcp' }))).toEqual([23]);
  // What comes again of an hour that went lies in the file of another, and is not given: it has no flows.
  ring.append(0, 1, rawPackets([syn(0, 80), syn(HOUR + 2, 23)]), 1, 3);
  expect(portsOf(await ask({ from: iso(NOON_SECONDS), to: later.to }))).toEqual([23, 23]);
});

test('packets of a session go as a whole with its flows, and stay while these do', async () => {
  const { stores, ring, ask, folder } = await openApp(undefined, 1e-6);
  const { id } = await stores.catalog.session({ kind: 'file', name: 'a.pcap', sensor: 1, epoch: 5 });
  await stores.flows.commit(ingestCommit({ flows4: [{ session: id, seconds: NOON_SECONDS }] }));
  ring.append(id, 1, rawPackets([syn(0, 23), syn(0.1, 23)]), 5, 1);
  await stores.seal(true);
  const asked = { session: String(id), to: iso(NOON_SECONDS + 2 * HOUR) };
  expect(await ask(asked)).toMatchObject({ packets: { length: 2 } });
  await stores.retain();
  expect(await ask(asked)).toMatchObject({ code: 'API_NO_PACKETS', why: 'expired' });
  expect(files(folder)).toEqual([]);
  expect(ring.account(id)).toEqual({ present: 0, expired: 2, missing: 0 });
});
