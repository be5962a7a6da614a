/** `GET /api/v1/metrics`: what the ledger counts, and how server and stores do, for Prometheus. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type SensorLedger, type ServerLedger, sumCounts } from '../../shared/counters.ts';
import { isLive, LIVE_SESSION, latestChannels } from '../ingest/latest-channels.ts';
import type { LedgerState } from '../store/ingest-commit.ts';
import type { ApiParts } from './parts.ts';

const PREFIX = 'kurayami_';
/** Stages of the path, as the ledger names them. What a source has no counter for is left out. */
const sensorPackets: Record<string, (ledger: SensorLedger) => number | null> = {
  received: ({ received }) => received,
  droppedByKernel: ({ droppedByKernel }) => droppedByKernel,
  droppedByInterface: ({ droppedByInterface }) => droppedByInterface,
  rxPackets: ({ rxPackets }) => rxPackets,
  lostInCaptureCrash: ({ lostInCaptureCrash }) => lostInCaptureCrash,
  captured: ({ captured }) => captured,
  filteredOut: ({ filteredOut }) => filteredOut,
  notIp: ({ notIp }) => sumCounts(notIp),
  undecodable: ({ undecodable }) => sumCounts(undecodable),
  decoded: ({ decoded }) => decoded,
  lostInCrash: ({ lostInCrash }) => lostInCrash,
  sent: ({ packetsSent }) => packetsSent,
  acknowledged: ({ packetsAcknowledged }) => packetsAcknowledged,
  spoolDropped: ({ packetsSpoolDropped }) => packetsSpoolDropped,
};
const serverPackets: Record<string, (ledger: ServerLedger) => number> = {
  accepted: ({ packetsAccepted }) => packetsAccepted,
  stored: ({ packetsStored }) => packetsStored,
  refused: ({ packetsRefused }) => sumCounts(packetsRefused),
  late: ({ packetsLate }) => packetsLate,
  inSeries: ({ packetsInSeries }) => packetsInSeries,
};

export const metricsRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: PREFIX });
  registerSensors(registry, parts);
  registerServer(registry, parts);
  app.get(
    '/api/v1/metrics',
    { schema: { summary: 'counters and states for Prometheus (text format 0.0.4)' } },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );
};

interface Names {
  readonly name: string;
  readonly help: string;
}

/** A value that is read when it is asked for, by label; null for what is not known. */
type Values = () => Iterable<readonly [labels: Record<string, string>, value: number | null]>;

function gauge(registry: Registry, { name, help }: Names, labelNames: string[], values: Values): void {
  new Gauge({
    name: PREFIX + name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, value] of values()) if (value !== null) this.set(labels, value);
    },
  });
}

/**
 * A total that is kept elsewhere. The ledger takes things back: what a run that died had sent, what was taken for lost
 * and is found. Prometheus would take that for a restart and count all of it again, so the highest that was told stands
 * until it is passed.
 */
function counter(registry: Registry, { name, help }: Names, labelNames: string[], values: Values): void {
  const told = new Map<string, number>();
  new Counter({
    name: PREFIX + name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      for (const [labels, value] of values()) {
        if (value === null) continue;
        const key = JSON.stringify(labels);
        const before = told.get(key) ?? 0;
        const highest = Math.max(before, value);
        this.inc(labels, highest - before);
        told.set(key, highest);
      }
    },
  });
}

function registerSensors(registry: Registry, parts: ApiParts): void {
  const channels = () => latestChannels(parts.channels().filter(isLive)).values();
  counter(
    registry,
    {
      name: 'sensor_packets_total',
      help: 'packets of live capture by sensor and stage of its path, the highest since the start',
    },
    ['sensor', 'stage'],
    function* () {
      for (const { sensor, health } of liveLedgers(parts))
        for (const [stage, of] of Object.entries(sensorPackets))
          yield [{ sensor: String(sensor), stage }, health === null ? null : of(health.ledger)];
    },
  );
  counter(
    registry,
    {
      name: 'server_packets_total',
      help: 'packets of live capture by sensor and what the server did, the highest since the start',
    },
    ['sensor', 'stage'],
    function* () {
      for (const { sensor, server } of liveLedgers(parts))
        for (const [stage, of] of Object.entries(serverPackets)) yield [{ sensor: String(sensor), stage }, of(server)];
    },
  );
  gauge(
    registry,
    { name: 'sensor_connected', help: '1 while the live capture is connected; of sensors heard of since the start' },
    ['sensor', 'name'],
    function* () {
      for (const { sensor, peer } of channels())
        yield [{ sensor: String(sensor.id), name: sensor.name }, peer === null ? 0 : 1];
    },
  );
  gauge(
    registry,
    { name: 'sensor_link_up', help: '1 while the interface has a link; not for sensors that capture from none' },
    ['sensor'],
    function* () {
      for (const { sensor, health } of channels())
        yield [{ sensor: String(sensor.id) }, linkUp[health?.link ?? 'none']];
    },
  );
  gauge(registry, { name: 'sensor_flows_spooled', help: 'flows that wait at the sensor' }, ['sensor'], function* () {
    for (const { sensor, health } of channels())
      yield [{ sensor: String(sensor.id) }, health?.ledger.flowsSpooled ?? null];
  });
  gauge(
    registry,
    { name: 'sensor_heard_seconds', help: 'seconds since the live capture last said anything' },
    ['sensor'],
    function* () {
      for (const { sensor, lastHeardMilliseconds } of channels())
        yield [{ sensor: String(sensor.id) }, Math.max(0, Date.now() - lastHeardMilliseconds) / 1000];
    },
  );
}

const linkUp = { up: 1, down: 0, none: null } as const;

function liveLedgers(parts: ApiParts): LedgerState[] {
  return parts.ledgers().filter(({ session }) => session === LIVE_SESSION);
}

function registerServer(registry: Registry, parts: ApiParts): void {
  const one = (name: string, help: string, value: () => number | null) =>
    gauge(registry, { name, help }, [], () => [[{}, value()]]);
  one('viewers', 'pages that are connected', () => parts.live.viewers.size);
  one('disk_free_bytes', 'room on the disk of the data directory', () => parts.diskState().freeBytes);
  one('disk_full', '1 while nothing is stored since the disk is full', () => (parts.diskState().isFull ? 1 : 0));
  new Gauge({
    name: `${PREFIX}flow_store`,
    help: 'tables and rows that are not in files yet, files and their bytes, and problems',
    labelNames: ['what'],
    registers: [registry],
    async collect() {
      this.reset();
      const state = await parts.flows.state().catch(() => null);
      if (state === null) return;
      const { problems, ...counts } = state;
      for (const [what, value] of Object.entries(counts)) if (typeof value === 'number') this.set({ what }, value);
      this.set({ what: 'problems' }, problems.length);
    },
  });
}
