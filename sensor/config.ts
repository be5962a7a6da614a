/** Settings of a sensor: config/sensor.toml. */
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { parsePrefix } from '../shared/address.ts';
import { ConfigError, resolveConfig } from '../shared/config.ts';
import { MAX_KEEP_BYTES } from './payload/payload-table.ts';

const Place = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 80 }),
    latitude: Type.Number({ minimum: -90, maximum: 90 }),
    longitude: Type.Number({ minimum: -180, maximum: 180 }),
  },
  { description: 'where the sensor stands on the map; without it, it is drawn at 0°N 0°E as "place not set"' },
);

export const SensorConfig = Type.Object({
  name: Type.String({
    minLength: 1,
    maxLength: 80,
    default: hostname().slice(0, 80),
    description: 'names the sensor at the server; the same name is the same sensor',
  }),
  server: Type.String({ pattern: '^wss?://', default: 'ws://127.0.0.1:8600', description: 'the aggregator' }),
  tokenFile: Type.Optional(Type.String({ description: 'file that holds the sensor token and nothing else' })),
  interfaces: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
    default: [],
    maxItems: 64,
    description: 'the network interfaces to watch where no other source is named; any is all of them',
  }),
  backend: Type.Optional(
    Type.Union([Type.Literal('native'), Type.Literal('tcpdump'), Type.Literal('cap')], {
      description: 'what captures on interfaces; without it native where it was built, else tcpdump',
    }),
  ),
  promiscuous: Type.Boolean({
    default: true,
    description: 'also capture what is not addressed to the interface itself',
  }),
  place: Type.Optional(Place),
  prefixes: Type.Array(Type.String(), {
    default: [],
    maxItems: 10_000,
    description: 'the watched blocks, such as 192.0.2.0/24; never shown to viewers',
  }),
  tls: Type.Object(
    {
      caFile: Type.String({
        default: '',
        description: 'who must have signed the certificate of the server, in PEM; empty: those that Node.js knows',
      }),
      certFile: Type.String({ default: '', description: 'certificate of this sensor, where the server wants one' }),
      keyFile: Type.String({ default: '', description: 'its key' }),
    },
    { default: {} },
  ),
  payloadBytes: Type.Integer({
    minimum: 0,
    maximum: MAX_KEEP_BYTES,
    default: 128,
    description: 'first bytes of each distinct payload that go to the server, for analysts; 0 for none',
  }),
  packets: Type.Object(
    {
      send: Type.Union([Type.Literal('none'), Type.Literal('all')], {
        default: 'none',
        description:
          'whether packets go to the server as they were captured, for analysts; replay and start --read send them unless told otherwise',
      }),
      maxBytes: Type.Integer({
        minimum: 0,
        maximum: 2 ** 40,
        default: 256 << 20,
        description: 'bytes of packets that a run sends of files',
      }),
      bytesPerSecond: Type.Integer({
        minimum: 0,
        maximum: 2 ** 32,
        default: 1_000_000,
        description: 'bytes of packets that are sent of interfaces and simulations',
      }),
    },
    { default: {} },
  ),
  spool: Type.Object(
    {
      directory: Type.String({
        default: '',
        description:
          'folder in which flows lie until the server has stored them; "none": in memory; empty: data/spool for an interface, none for files and simulations',
      }),
      maxMegabytes: Type.Number({
        minimum: 4,
        maximum: 1e9,
        default: 4_000,
        description: 'beyond it the oldest that was never sent is given up, and counted',
      }),
      keepFreeMegabytes: Type.Number({
        minimum: 0,
        default: 500,
        description: 'nothing is written to the spool while less of the disk is free',
      }),
    },
    { default: {} },
  ),
});
export type SensorConfig = Static<typeof SensorConfig>;

/** Reads `file`, or config/sensor.toml in the program's folder where none is named. Throws ConfigError. */
export function loadSensorConfig(
  file: string | undefined,
  programFolder: string,
  flags: Partial<SensorConfig>,
): SensorConfig {
  const name = file ?? join(programFolder, 'config/sensor.toml');
  if (file !== undefined && !existsSync(file)) throw new ConfigError(`There is no configuration file ${file}.`);
  const config = resolveConfig(SensorConfig, {
    ...(existsSync(name) ? { file: { name, text: readFileSync(name, 'utf8') } } : {}),
    environment: process.env,
    prefix: 'KURAYAMI_SENSOR',
    flags,
  });
  const wrong = config.prefixes.filter((prefix) => parsePrefix(prefix) === null);
  if (wrong.length > 0)
    throw new ConfigError(`prefixes: ${wrong.join(', ')} is no block of addresses (write 192.0.2.0/24, host bits 0).`);
  if ((config.tls.certFile === '') !== (config.tls.keyFile === ''))
    throw new ConfigError('tls: certFile and keyFile go together: name both, or neither.');
  return config;
}
