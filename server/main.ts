/** The server from start to stop. Stop is start in reverse: nothing received is lost. */
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseIpv4, parseIpv6 } from '../shared/address.ts';
import { createFlowBatch } from '../shared/flow-batch.ts';
import { TokenFile } from './access/token-file.ts';
import { buildApp } from './app.ts';
import type { ServerConfig } from './config.ts';
import { COUNTRY_CREDIT, CountryTable } from './enrich/country.ts';
import { loadCountryPlaces } from './enrich/country-places.ts';
import { SourcePlaces } from './enrich/source-places.ts';
import { TargetSlots } from './enrich/target-slots.ts';
import { LiveHub } from './live/live-hub.ts';
import { IngestPipeline } from './pipeline.ts';
import { Sockets } from './sockets.ts';
import { openStores } from './store/index.ts';
import { StoreError } from './store/stores.ts';

export interface RunningServer {
  readonly url: string;
  readonly tokens: TokenFile;
  /** Packets stored since the start, for those who want to know whether anything came. */
  packetsStored(): number;
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
  const tokens = openTokens(config.data);
  const stores = await openStores(config, log);
  const { flows, series, catalog } = stores;
  const places = new SourcePlaces(loadCountryPlaces());
  const live = new LiveHub({ series, catalog, places, ledgers: () => pipeline.ledgers(), credits: [COUNTRY_CREDIT] });
  const pipeline: IngestPipeline = new IngestPipeline({ flows, catalog, countries: new CountryTable(), live, log });
  const sockets = new Sockets({ pipeline, live, tokens, software, streaksPerSecond: config.streaksPerSecond, log });
  const targetSlot = makeTargetSlot(await catalog.installationKey(), pipeline);
  const app = await buildApp({
    flows,
    series,
    catalog,
    tokens,
    live,
    software,
    pageFolder,
    targetSlot,
    ledgers: () => pipeline.ledgers(),
    channels: () => pipeline.channels(),
    seriesMirror: stores.mirrorState,
  });
  let storedAtStart = 0;
  const packetsStored = () => pipeline.ledgers().reduce((sum, { server }) => sum + server.packetsStored, 0);
  try {
    await pipeline.start();
    await live.start();
    storedAtStart = packetsStored();
    sockets.attach(app.server);
    await listen(() => app.listen({ host: config.host, port: config.port }), config);
  } catch (error) {
    live.stop();
    await pipeline.stop();
    await app.close();
    await stores.close();
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
    tokens,
    packetsStored: () => packetsStored() - storedAtStart,
    async stop() {
      live.stop();
      sockets.close();
      await app.close();
      await pipeline.stop();
      await stores.close();
    },
  };
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

/** Slots of stored targets, by the blocks that their sensor watches now. */
function makeTargetSlot(key: Uint8Array, pipeline: IngestPipeline): (sensor: number, target: string) => number {
  const unknownBlocks = new TargetSlots(key, []);
  const rows = { 4: createFlowBatch(4, 1), 6: createFlowBatch(6, 1) };
  return (sensor, target) => {
    const ipv4 = parseIpv4(target);
    const row = rows[ipv4 === null ? 6 : 4];
    row.target.set(ipv4 === null ? (parseIpv6(target) ?? []) : [ipv4]);
    const channel = pipeline.channels().findLast((candidate) => candidate.sensor.id === sensor);
    return (channel?.slots ?? unknownBlocks).of(row, 0);
  };
}
