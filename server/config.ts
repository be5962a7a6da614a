/** Settings of the server: config/server.toml. */
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { ConfigError, resolveConfig } from '../shared/config.ts';
import { MAX_SERIES } from './store/influx/series-census.ts';
import { parseSeriesTarget } from './store/influx/target.ts';

const keeping = (description: string) =>
  Type.Number({ minimum: 0, default: 0, description: `${description}; 0 keeps without end` });

export const ServerConfig = Type.Object({
  host: Type.String({
    default: '127.0.0.1',
    description: 'address to listen on; others than loopback need tls or proxy, and names',
  }),
  names: Type.Array(Type.String({ pattern: '^[0-9A-Za-z.:-]{1,253}$' }), {
    default: [],
    maxItems: 100,
    description: 'names and addresses by which this server is reached, beside those of the loopback',
  }),
  proxy: Type.String({
    default: '',
    description: 'address of a reverse proxy that speaks TLS for us: nobody else may connect then, but the loopback',
  }),
  tls: Type.Object(
    {
      certFile: Type.String({ default: '', description: 'certificate of this server, with those between, in PEM' }),
      keyFile: Type.String({ default: '', description: 'its key, in PEM' }),
      clientCaFile: Type.String({
        default: '',
        description: 'sensors must show a certificate that this authority has signed, in PEM',
      }),
    },
    { default: {} },
  ),
  port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8600, description: '0 lets the system choose' }),
  data: Type.String({ minLength: 1, default: 'data', description: 'folder of the stores; made where it is missing' }),
  streaksPerSecond: Type.Integer({
    minimum: 1,
    maximum: 100_000,
    default: 3_000,
    description: 'flows that one viewer is sent in a second; beyond that a fair sample',
  }),
  series: Type.Object(
    {
      target: Type.String({
        default: '',
        description: 'where the series shall also go: influxdb:URL/DATABASE, influxdb2:, influxdb3:, victoriametrics:',
      }),
      username: Type.String({ default: '' }),
      maxSeries: Type.Integer({
        minimum: 1_000,
        maximum: 10_000_000,
        default: MAX_SERIES,
        description: 'series that are written to in a day at most; what is beyond goes to `other`',
      }),
      passwordFile: Type.String({ default: '', description: 'file that holds the password and nothing else' }),
    },
    { default: {} },
  ),
  scanners: Type.Object(
    {
      folder: Type.String({
        default: '',
        description: 'folder of lists of research scanners, a file a list; empty: none',
      }),
    },
    { default: {} },
  ),
  retention: Type.Object(
    {
      flowDays: keeping('days that live flows are kept, by the time of their packets'),
      flowGigabytes: keeping('bytes that sealed flows may take together, in 10^9; the oldest go'),
      sessionDays: keeping('days that flows of files and simulations are kept, by the time of their arrival'),
    },
    { default: {} },
  ),
  packets: Type.Object(
    {
      keepBytes: Type.Integer({
        minimum: 1 << 20,
        maximum: 2 ** 40,
        default: 256 << 20,
        description: 'bytes that recent packets may take on the disk, where sensors send any; the oldest go',
      }),
    },
    { default: {} },
  ),
  disk: Type.Object(
    {
      lowPercent: Type.Number({
        minimum: 0,
        maximum: 100,
        default: 5,
        description: 'nothing is stored while less of the disk is free than this and than lowMegabytes',
      }),
      lowMegabytes: Type.Number({ minimum: 0, default: 1_000, description: 'see lowPercent: the smaller one counts' }),
    },
    { default: {} },
  ),
});
export type ServerConfig = Static<typeof ServerConfig>;

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Reads `file`, or config/server.toml in the program's folder where none is named. Throws ConfigError. */
export function loadServerConfig(
  file: string | undefined,
  programFolder: string,
  flags: Readonly<Record<string, unknown>>,
): ServerConfig {
  const name = file ?? join(programFolder, 'config/server.toml');
  if (file !== undefined && !existsSync(file)) throw new ConfigError(`There is no configuration file ${file}.`);
  const config = resolveConfig(ServerConfig, {
    ...(existsSync(name) ? { file: { name, text: readFileSync(name, 'utf8') } } : {}),
    environment: process.env,
    prefix: 'KURAYAMI_SERVER',
    flags,
  });
  checkReach(config);
  checkSeriesTarget(config.series.target);
  return config;
}

function checkSeriesTarget(target: string): void {
  try {
    if (target !== '') parseSeriesTarget(target);
  } catch (cause) {
    throw new ConfigError(`series.target: ${(cause as Error).message}.`, { cause });
  }
}

/** Beyond the loopback, page and tokens do not travel in the clear, and everyone shows a token. Throws ConfigError. */
function checkReach({ host, names, proxy, tls }: ServerConfig): void {
  if ((tls.certFile === '') !== (tls.keyFile === ''))
    throw new ConfigError('tls: certFile and keyFile go together: name both, or neither.');
  if (tls.clientCaFile !== '' && tls.certFile === '')
    throw new ConfigError(
      'tls.clientCaFile: without certFile and keyFile there is no TLS, and so no certificate of a client.',
    );
  if (proxy !== '' && isIP(proxy) === 0) throw new ConfigError(`proxy: ${proxy} is no address.`);
  if (isLoopbackHost(host)) return;
  if (tls.certFile === '' && proxy === '')
    throw new ConfigError(
      `host: ${host} is not loopback, and without TLS the page and the tokens would go over the network in the clear. Name tls.certFile and tls.keyFile, or the reverse proxy that speaks TLS (proxy); or leave it at 127.0.0.1 and reach it through a tunnel (ssh -L 8600:127.0.0.1:8600 …).`,
    );
  if (names.length === 0 && isIP(host) !== 0 && /^(0\.0\.0\.0|::)$/.test(host))
    throw new ConfigError(`names: ${host} is every address of this machine: say by which names the server is reached.`);
}

export function isLoopbackHost(host: string): boolean {
  return LOOPBACK.has(host);
}
