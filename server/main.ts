/** The server from start to stop. What is stored is acknowledged; what is not, sensors send again. */
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseIpv4, parseIpv6 } from '../shared/address.ts';
import { createFlowBatch } from '../shared/flow-batch.ts';
import { SignIns } from './access/sign-ins.ts';
import { TokenFile } from './access/token-file.ts';
import { dearTurns } from './api/fair-turns.ts';
import { FlowSums } from './api/flow-sums.ts';
import type { ApiParts } from './api/parts.ts';
import { type SlotsOfSession, Stretches } from './api/stretches.ts';
import { buildApp } from './app.ts';
import { isLoopbackHost, type ServerConfig } from './config.ts';
import { COUNTRY_CREDIT, CountryTable } from './enrich/country.ts';
import { loadCountryPlaces } from './enrich/country-places.ts';
import { NETWORK_CREDIT, openNetworkTable } from './enrich/network-file.ts';
import { ScannerFolder } from './enrich/scanners/scanner-folder.ts';
import { SlotTables } from './enrich/slot-tables.ts';
import { SourcePlaces } from './enrich/source-places.ts';
import type { TargetSlots } from './enrich/target-slots.ts';
import { healthPoints } from './ingest/health-points.ts';
import { seriesSecret } from './ingest/series-memory.ts';
import { LiveHub } from './live/live-hub.ts';
import { startLeaving } from './packets/leave-with-flows.ts';
import { PacketRing } from './packets/packet-ring.ts';
import { IngestPipeline } from './pipeline.ts';
import { Sockets } from './sockets.ts';
import { DiskWatch } from './store/disk-watch.ts';
import { openStores } from './store/index.ts';
import type { LedgerState } from './store/ingest-commit.ts';
import { StoreError } from './store/stores.ts';
import { readTls } from './tls.ts';

export interface RunningServer {
  readonly url: string;
  readonly tokens: TokenFile;
  /** Packets stored since the start, for those who want to know whether anything came. */
  packetsStored(): number;
  /** Whether a sensor is connected, or was. */
  hasSensor(): boolean;
  /** Whether a sensor reported input that was damaged. */
  hasDamage(): boolean;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly config: ServerConfig;
  readonly programFolder: string;
  readonly software: string;
  readonly log: (message: string) => void;
}

/** The server cannot be started. The message is one sentence that says what to do. Codes: docs/errors.md. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly code: 'SERVER_PORT_IN_USE' | 'SERVER_CANNOT_LISTEN' | 'SERVER_NO_PAGE';
  constructor(code: ServerError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Throws ServerError, StoreError, ConfigError. */
export async function startServer({ config, programFolder, software, log }: ServerOptions): Promise<RunningServer> {
  const pageFolder = join(programFolder, 'dist/viz');
  if (!existsSync(join(pageFolder, 'index.html')))
    throw new ServerError('SERVER_NO_PAGE', 'The page is not built: run "npm run build" first.');
  // Whatever is written from here on holds targets, tokens or keys: it is the owner's alone.
  process.umask(0o077);
  const tls = readTls(config);
  const tokens = openTokens(config.data);
  const signIns = new SignIns(tokens);
  // Stop is start in reverse, also when the start fails on its way.
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const undo of stops.splice(0).reverse()) await undo();
  };
  try {
    const stores = await openStores(config, log);
    stops.push(() => stores.close());
    const { flows, series, catalog } = stores;
    const installationKey = await catalog.installationKey();
    const slots = new SlotTables(installationKey);
    const ledgers = () => pipeline.ledgers();
    const places = new SourcePlaces(loadCountryPlaces());
    const networks = openNetworkTable(config.data, log);
    const scanners = new ScannerFolder(config.scanners.folder, log);
    scanners.start();
    stops.push(() => scanners.stop());
    const disk = new DiskWatch({ folder: config.data, limits: config.disk, log });
    await disk.start();
    stops.push(() => disk.stop());
    const isStorageFull = () => disk.isFull;
    const credits = [COUNTRY_CREDIT, NETWORK_CREDIT];
    const { seriesBehind, problemCodes } = stores;
    const live = new LiveHub({
      catalog,
      places,
      ledgers,
      isStorageFull,
      seriesBehind,
      problemCodes,
      credits,
      log,
    });
    const packets = new PacketRing({
      folder: join(config.data, 'packets'),
      keepBytes: config.packets.keepBytes,
      log,
      position: (sensor, epoch) => catalog.position(sensor, epoch),
    });
    await packets.start();
    stops.push(() => packets.stop());
    const leaving = startLeaving({ flows, catalog, ring: packets });
    stops.push(() => leaving.stop());
    const pipeline: IngestPipeline = new IngestPipeline({
      flows,
      catalog,
      countries: new CountryTable(),
      networks,
      slots,
      live,
      disk,
      log,
      packets,
      seriesSecret: seriesSecret(installationKey),
      sketches: stores.sketches,
    });
    await pipeline.start();
    stops.push(() => pipeline.stop());
    stores.followHealth(() => healthPoints(pipeline.channels(), ledgers(), Date.now()));
    const slotsOfSession = makeSlotsOfSession(slots, ledgers);
    const reach = { names: [...config.names, config.host], proxy: config.proxy, isOpen: isLoopbackHost(config.host) };
    const app = await buildApp({
      reach,
      tls,
      flows,
      series,
      catalog,
      sessions: pipeline,
      evidence: stores.evidence,
      payloads: stores.payloads,
      packets,
      scanners,
      tokens,
      signIns,
      live,
      networks,
      software,
      pageFolder,
      ledgers,
      targetSlots: makeTargetSlots(slotsOfSession),
      stretches: new Stretches({ flows, places, slots: slotsOfSession }),
      channels: () => pipeline.channels(),
      flowSums: new FlowSums(stores.flows),
      breakdownTurns: dearTurns(),
      diskState: () => disk.state(),
      seriesMirror: stores.mirrorState,
    });
    stops.push(() => app.close());
    const { streaksPerSecond } = config;
    const sockets = new Sockets({
      reach,
      needsClientCertificate: config.tls.clientCaFile !== '',
      tokenState: (id) => tokens.stateOf(id),
      pipeline,
      live,
      tokens,
      signIns,
      software,
      streaksPerSecond,
      log,
    });
    sockets.attach(app.server);
    stops.push(() => sockets.close());
    await live.start();
    stops.push(() => live.stop());
    const packetsStored = () => ledgers().reduce((sum, { server }) => sum + server.packetsStored, 0);
    const storedAtStart = packetsStored();
    await listen(() => app.listen({ host: config.host, port: config.port }), config);
    const { port } = app.server.address() as AddressInfo;
    const host = config.host.includes(':') ? `[${config.host}]` : config.host;
    return {
      url: `${tls === null ? 'http' : 'https'}://${host}:${port}`,
      tokens,
      packetsStored: () => packetsStored() - storedAtStart,
      hasSensor: () => pipeline.channels().length > 0,
      hasDamage: () => pipeline.channels().some(({ health }) => (health?.damage.length ?? 0) > 0),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function openTokens(dataFolder: string): TokenFile {
  try {
    const tokens = new TokenFile(dataFolder);
    tokens.list();
    return tokens;
  } catch (cause) {
    throw new StoreError(
      'STORE_FAILED',
      `The data folder ${dataFolder} cannot be used: ${(cause as Error).message} (or choose another with --data).`,
      { cause },
    );
  }
}

async function listen(start: () => Promise<unknown>, { host, port }: ServerConfig): Promise<void> {
  try {
    await start();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new ServerError(
        'SERVER_PORT_IN_USE',
        `Port ${port} is in use: stop the program that has it, or choose another with --port.`,
        { cause },
      );
    throw new ServerError('SERVER_CANNOT_LISTEN', `${host}:${port} cannot be listened on: ${message}.`, { cause });
  }
}

/** Masks of stored targets, by the blocks that their sensor watched in that session. */
function makeSlotsOfSession(slots: SlotTables, ledgers: () => LedgerState[]): SlotsOfSession {
  return (session) => {
    const tables = new Map<number, TargetSlots>();
    for (const { session: id, sensor, health } of ledgers())
      if (id === session) tables.set(sensor, slots.of(health?.prefixes ?? []));
    const none = slots.of([]);
    return (sensor) => tables.get(sensor) ?? none;
  };
}

/** The same for targets as text. */
function makeTargetSlots(slotsOfSession: SlotsOfSession): ApiParts['targetSlots'] {
  const rows = { 4: createFlowBatch(4, 1), 6: createFlowBatch(6, 1) };
  return (session) => {
    const slots = slotsOfSession(session);
    return (sensor, target) => {
      const ipv4 = parseIpv4(target);
      const row = rows[ipv4 === null ? 6 : 4];
      row.target.set(ipv4 === null ? (parseIpv6(target) ?? []) : [ipv4]);
      return slots(sensor).of(row, 0);
    };
  };
}
