import { afterEach, expect, test } from 'vitest';
import type { ApiParts } from '../../../server/api/parts.ts';
import { buildApp } from '../../../server/app.ts';
import { emptySensorLedger, emptyServerLedger } from '../../../shared/counters.ts';
import { projectFolder } from '../../support/program.ts';

const NAME = 'edge "1"\n# TYPE evil gauge\nevil 1\\';
const counts = { ...emptySensorLedger(), received: 12, captured: 10, notIp: { '0x0806': 2, '0x88cc': 1 }, decoded: 7 };
const server = { ...emptyServerLedger(), packetsAccepted: 7, packetsStored: 6, packetsRefused: { WIRE_BAD_COLUMN: 1 } };
const health = { ledger: counts, link: 'down', prefixes: ['198.51.100.0/24'] };

function partsOf(problems: string[] | null) {
  return {
    ledgers: () => [
      { session: 0, sensor: 3, server, health },
      { session: 0, sensor: 4, server, health: null },
      { session: 9, sensor: 3, server, health },
    ],
    channels: () => [
      { sensor: { id: 3, name: NAME }, health, peer: {}, lastHeardMilliseconds: Date.now() - 2_000 },
      { sensor: { id: 4, name: 'b' }, health: null, peer: null, lastHeardMilliseconds: Date.now() },
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
  } as unknown as ApiParts;
}

let close: () => Promise<void>;
afterEach(() => close());
async function metrics(problems: string[] | null = ['a file is gone']) {
  const app = await buildApp(partsOf(problems));
  close = () => app.close();
  const ask = () => app.inject({ url: '/api/v1/metrics', headers: { authorization: 'Bearer any', host: 'localhost' } });
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
