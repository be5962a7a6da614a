/** Settings of the server: config/server.toml. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { ConfigError, resolveConfig } from '../shared/config.ts';
import { MAX_SERIES } from './store/influx/series-census.ts';
import { parseSeriesTarget } from './store/influx/target.ts';

const keeping = (description: string) =>
  Type.Number({ minimum: 0, default: 0, description: `${description}; 0 keeps without end` });

export const ServerConfig = Type.Object({
  host: Type.String({ default: '127.0.0.1', description: 'address to listen on; only loopback for now' }),
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
  retention: Type.Object(
    {
      flowDays: keeping('days that live flows are kept, by the time of their packets'),
      flowGigabytes: keeping('bytes that sealed flows may take together, in 10^9; the oldest go'),
      sessionDays: keeping('days that flows of files and simulations are kept, by the time of their arrival'),
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
  if (!LOOPBACK.has(config.host)) {
    throw new ConfigError(
      `host: ${config.host} is not loopback, and without TLS the page and the tokens would go over the network in the clear. Leave it at 127.0.0.1 and reach it through a tunnel (ssh -L 8600:127.0.0.1:8600 …).`,
    );
  }
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
