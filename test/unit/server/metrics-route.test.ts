import { afterEach, expect, test } from 'vitest';
import type { ApiParts } from '../../../server/api/parts.ts';
import { buildApp } from '../../../server/app.ts';
import { emptySensorLedger, emptyServerLedger } from '../../../shared/counters.ts';
import { projectFolder } from '../../support/program.ts';

const NAME = 'edge "1"\n# TYPE evil gauge\nevil 1\\';
const counts = { ...emptySensorLedger(), received: 12, captured: 10, notIp: { '0x0806': 2, '0x88cc': 1 }, decoded: 7 };
const server = { ...emptyServerLedger(), packetsAccepted: 7, packetsStored: 6, packetsRefused: { WIRE_BAD_COLUMN: 1 } };
const health = { ledger: counts, link: 'down', prefixes: ['198.51.100.0/24'] };

const live = { session: { id: 0, kind: 'live' } };

function partsOf(problems: string[] | null, more: object = {}) {
  return {
    ledgers: () => [
      { session: 0, sensor: 3, server, health },
      { session: 0, sensor: 4, server, health: null },
      { session: 9, sensor: 3, server, health },
    ],
    channels: () => [
      { ...live, sensor: { id: 3, name: NAME }, health, peer: {}, lastHeardMilliseconds: Date.now() - 2_000 },
      { ...live, sensor: { id: 4, name: 'b' }, health: null, peer: null, lastHeardMilliseconds: Date.now() },
    ],
    live: { viewers: new Set([1, 2]) },
    diskState: () => ({ freeBytes: 5e9, totalBytes: null, lowBytes: null, highBytes: null, isFull: true }),
    flows: {
      async state() {
        if (problems === null) throw new Error('the store is away');
        return { tables: 2, tableRows: 99, files: 4, fileBytes: 1e9, problems };
      },
    },
    tokens: { find: () => ({ role: 'viewer' }) },
    software: 'kurayami 0',
    pageFolder: projectFolder,
    ...more,
  } as unknown as ApiParts;
}

let close: () => Promise<void>;
afterEach(() => close());
const NEEDED = { authorization: 'Bearer any', host: 'localhost' };

async function metrics(problems: string[] | null = ['a file is gone'], more: object = {}) {
  const app = await buildApp(partsOf(problems, more));
  close = () => app.close();
  const ask = () => app.inject({ url: '/api/v1/metrics', headers: NEEDED });
  await ask();
  // Asked twice: totals must not add up with every look.
  const answer = await ask();
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toContain('text/plain');
  return answer.body;
}

test('the stages of live sensors are told, and nothing twice', async () => {
  const text = await metrics();
  const lines = text.split('\n');
  expect(lines).toContain('kurayami_sensor_packets_total{sensor="3",stage="received"} 12');
  expect(lines).toContain('kurayami_sensor_packets_total{sensor="3",stage="notIp"} 3');
  expect(lines).toContain('kurayami_sensor_packets_total{sensor="3",stage="decoded"} 7');
  expect(lines).toContain('kurayami_server_packets_total{sensor="4",stage="refused"} 1');
  expect(lines).toContain('kurayami_sensor_link_up{sensor="3"} 0');
  expect(lines).toContain('kurayami_viewers 2');
  expect(lines).toContain('kurayami_disk_full 1');
  expect(lines).toContain('kurayami_flow_store{what="problems"} 1');
  expect(text).toMatch(/^kurayami_sensor_heard_seconds\{sensor="3"\} 2(\.\d+)?$/m);
  // A source without the counter has none here, rather than 0.
  expect(text).not.toContain('stage="droppedByKernel"');
  expect(text).not.toMatch(/kurayami_sensor_packets_total\{sensor="4"/);
});

test('a sensor’s name breaks no line, and nothing tells where the darknet is', async () => {
  const text = await metrics();
  expect(text).toContain(String.raw`name="edge \"1\"\n# TYPE evil gauge\nevil 1\\"} 1`);
  expect(text).not.toMatch(/^evil/m);
  expect(text).not.toContain('198.51.100');
});

test('a store that is away takes nothing from the rest', async () => {
  const text = await metrics(null);
  expect(text).toContain('kurayami_viewers 2');
  expect(text).not.toContain('kurayami_flow_store{');
});

test('a live capture that is away is told as away, whatever files are read under its name', async () => {
  const sensor = { id: 1, name: 'roof', place: null };
  const away = { ...live, sensor, health, peer: null, state: 'lost', lastHeardMilliseconds: Date.now() - 3_600_000 };
  const file = {
    session: { id: 5, kind: 'file' },
    sensor,
    peer: {},
    state: 'connected',
    lastHeardMilliseconds: Date.now(),
  };
  const hello = { software: 'kurayami 0', prefixes: [] };
  const channels = () => [
    { ...away, hello },
    { ...file, hello, health: { ...health, link: 'up' } },
  ];
  const told = await metrics([], { channels });
  expect(told).toMatch(/^kurayami_sensor_connected\{sensor="1",name="roof"\} 0$/m);
  expect(told).toMatch(/^kurayami_sensor_link_up\{sensor="1"\} 0$/m);
  expect(told).toMatch(/^kurayami_sensor_heard_seconds\{sensor="1"\} 36\d\d/m);
  await close();
  const app = await buildApp(partsOf([], { channels, catalog: { sensors: async () => [sensor] } }));
  close = () => app.close();
  const answer = await app.inject({ url: '/api/v1/sensors', headers: NEEDED });
  expect(answer.json()).toMatchObject([{ id: 1, state: 'lost', link: 'down' }]);
});

test('what the ledger takes back is no restart for Prometheus: totals stand until they are passed', async () => {
  const sent = [1_000, 900, null, 1_005];
  const ledgers = () => [
    { session: 0, sensor: 3, server, health: { ledger: { ...counts, packetsSent: sent[0], received: sent[0] } } },
  ];
  const app = await buildApp(partsOf([], { ledgers }));
  close = () => app.close();
  const told: string[] = [];
  for (; sent.length > 0; sent.shift()) {
    const { body } = await app.inject({ url: '/api/v1/metrics', headers: NEEDED });
    told.push(...[...body.matchAll(/stage="(?:sent|received)"\} (\d+)/g)].map(([, value]) => value!));
  }
  expect(told).toEqual(['1000', '1000', '1000', '1000', '1000', '1000', '1005', '1005']);
});
