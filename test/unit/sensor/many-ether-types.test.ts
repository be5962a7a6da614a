/** Somebody sends every EtherType there is. */
import { expect, test, vi } from 'vitest';
import type { CaptureSource } from '../../../sensor/capture/capture-source.ts';
import { Decoder } from '../../../sensor/decode/decoder.ts';
import { emptyQueueTotals } from '../../../sensor/output/frame-source.ts';
import type { Uplink } from '../../../sensor/output/uplink.ts';
import { SensorPipeline } from '../../../sensor/pipeline.ts';
import { readHealth } from '../../../server/ingest/sensor-messages.ts';
import { type Counts, sumCounts } from '../../../shared/counters.ts';

test('the report names the largest, sums the rest, and is taken', () => {
  const notIp: Counts = {};
  for (let type = 0x0600; type < 0x10000; type++) notIp[`0x${type.toString(16).padStart(4, '0')}`] = type;
  vi.spyOn(Decoder.prototype, 'notIp').mockReturnValue(notIp);
  const clock = { mode: 'live', speed: 1 };
  const none = { received: null, droppedByKernel: null, droppedByInterface: null };
  const source = { kind: 'live', clock, link: 'up', damage: [], stats: () => none } as unknown as CaptureSource;
  const parts = { reportWith() {}, run: 1, totals: emptyQueueTotals(), spoolReport: () => null, lagSeconds: 0 };
  const health = new SensorPipeline(source, parts as unknown as Uplink, 1).health(false);
  const told = readHealth(JSON.parse(JSON.stringify(health))).ledger.notIp;
  expect(Object.keys(told)).toHaveLength(501);
  expect(told['0xffff']).toBe(0xffff);
  expect(sumCounts(told)).toBe(sumCounts(notIp));
});
