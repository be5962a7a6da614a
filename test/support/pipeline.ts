/** An ingest pipeline over a real store and a live hub, and what a sensor says to it. */
import { vi } from 'vitest';
import { SlotTables } from '../../server/enrich/slot-tables.ts';
import type { ChannelPeer } from '../../server/ingest/channel.ts';
import { LiveHub } from '../../server/live/live-hub.ts';
import { IngestPipeline, type PipelineParts } from '../../server/pipeline.ts';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import type { IngestCommit } from '../../server/store/ingest-commit.ts';
import type { SensorHello } from '../../shared/wire/messages.ts';
import { testFolder } from './folders.ts';

export function helloOf(epoch: number, name = 'roof'): SensorHello {
  return {
    software: 'test',
    name,
    epoch,
    session: { kind: 'live', name: 'dark0' },
    place: null,
    prefixes: ['192.0.2.0/24'],
    clock: { mode: 'live', speed: 1 },
  };
}

export function createPeer() {
  return { acknowledge: vi.fn(), pause: vi.fn(), resume: vi.fn(), refuse: vi.fn() } satisfies ChannelPeer;
}

export async function createPipeline(
  options: {
    commit?: (really: () => Promise<void>, commit: IngestCommit) => Promise<void>;
    packets?: NonNullable<PipelineParts['packets']>;
    /** Of a server that was here before. */
    folder?: string;
  } = {},
) {
  const stores = await openDuckDbStoresInThread(options.folder ?? (await testFolder()));
  const { catalog } = stores;
  const commit = options.commit;
  const flows =
    commit === undefined
      ? stores.flows
      : { ...stores.flows, commit: (what: IngestCommit) => commit(() => stores.flows.commit(what), what) };
  const log = vi.fn();
  const disk = { isFull: false, noteFull: vi.fn(() => void Object.assign(disk, { isFull: true })) };
  const slots = new SlotTables(await catalog.installationKey());
  const live = new LiveHub({
    catalog,
    places: { fill: () => undefined } as never,
    ledgers: () => pipeline.ledgers(),
    isStorageFull: () => disk.isFull,
    seriesBehind: () => 0,
    problemCodes: () => [],
    credits: [],
    log,
  });
  const pipeline: IngestPipeline = new IngestPipeline({
    flows,
    catalog,
    countries: { fill: () => undefined },
    networks: { fill: () => undefined },
    slots,
    live,
    disk,
    log,
    ...(options.packets === undefined ? {} : { packets: options.packets }),
  });
  await pipeline.start();
  const stored = async () => (await stores.flows.sum(0)).packets;
  const close = async () => {
    await pipeline.stop();
    await stores.close();
  };
  return {
    pipeline,
    stores,
    catalog,
    evidence: stores.evidence,
    payloads: stores.payloads,
    live,
    stored,
    close,
    log,
    disk,
  };
}
