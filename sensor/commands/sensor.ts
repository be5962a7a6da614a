/** `kurayami sensor`: captures and sends. */
import {
  type Command,
  type CommandArguments,
  integerOption,
  speedOption,
  textOption,
  UsageError,
} from '../../shared/command.ts';
import type { CaptureSource } from '../capture/capture-source.ts';
import { FileSource } from '../capture/file-source.ts';
import { FollowSource } from '../capture/follow-source.ts';
import { openInterfaces } from '../capture/live/index.ts';
import { SimulationSource } from '../capture/simulation-source.ts';
import { loadSensorConfig, type SensorConfig } from '../config.ts';
import { runSensor } from '../main.ts';
import { readTrust } from '../output/trust.ts';
import { MAX_KEEP_BYTES } from '../payload/payload-table.ts';
import { withFewerRights } from '../privileges.ts';
import { filterOption, kernelFilterOption } from './filter-option.ts';
import { checkSensor } from './sensor-check.ts';
import { followedFile, sourceOptions } from './source-options.ts';
import { openSpool, spoolFlags, spoolPath } from './spool-option.ts';
import { tokenReader } from './token-file.ts';

export const sensor: Command = {
  name: 'sensor',
  about: 'captures packets (or reads them from files) and sends their flows to a server',
  usage: '--interface IF | --read FILE… | --simulate',
  options: {
    ...sourceOptions,
    server: { type: 'string', value: 'URL', about: 'the aggregator (ws://127.0.0.1:8600)' },
    name: { type: 'string', value: 'NAME', about: 'names the sensor at the server (the host’s name)' },
    'token-file': { type: 'string', value: 'FILE', about: 'file with the sensor token' },
    spool: {
      type: 'string',
      value: 'DIR',
      about: 'where flows lie until the server has stored them (data/spool); none: memory',
    },
    check: { type: 'boolean', about: 'whether capture, spool, server and clock are as they should be; then end' },
    config: { type: 'string', value: 'FILE', about: 'settings (config/sensor.toml)' },
  },
  examples: [
    ['sudo kurayami sensor --interface eth1 --token-file sensor.token', 'watch a darknet interface'],
    [
      'kurayami sensor --interface eth1 --server wss://telescope.example --ca ca.pem --token-file sensor.token',
      'to a server elsewhere, whose certificate our own authority has signed',
    ],
    [
      'kurayami sensor --read monday.pcap.gz --speed max --token-file sensor.token',
      'send a capture as fast as it goes',
    ],
    ['kurayami sensor --check --interface eth1 --token-file sensor.token', 'would it work?'],
    [
      'ssh edge tcpdump -w - -U | kurayami sensor --read - --speed max --token-file sensor.token',
      'packets from a pipe',
    ],
  ],
  async run(given, program) {
    const log = (message: string) => process.stderr.write(`sensor: ${message}\n`);
    const config = loadSensorConfig(textOption(given, 'config'), program.folder, configFlags(given));
    const watchesInterfaces = sourcesNamed(given) === 0 || given.options.interface !== undefined;
    if (watchesInterfaces && config.interfaces.length > 0) {
      const code = await withFewerRights(log, pathsOf(config));
      if (code !== null) return code;
    }
    const filter = filterOption(given);
    const source = await chooseSource(given, config, log);
    if (given.options.check === true) {
      const connect = readTrust(config.tls);
      const say = (line: string) => void process.stdout.write(`${line}\n`);
      const spool = () => openSpool(config, source);
      const parts = {
        source,
        openSpool: spool,
        server: config.server,
        token: tokenReader(config.tokenFile),
        connect,
        say,
      };
      return (await checkSensor(parts)) ? 0 : 1;
    }
    const result = await runSensor({
      source,
      software: `kurayami ${program.version}`,
      name: config.name,
      server: config.server,
      token: tokenReader(config.tokenFile),
      connect: readTrust(config.tls),
      spool: openSpool(config, source),
      isWatched: process.stderr.isTTY === true,
      place: config.place ?? (source instanceof SimulationSource ? source.place : null),
      prefixes: config.prefixes.length === 0 && source instanceof SimulationSource ? source.prefixes : config.prefixes,
      checksums: given.options.checksums === true,
      filter,
      payloadBytes: config.payloadBytes,
      packets: config.packets.send === 'all' ? config.packets : null,
      stop: program.stop,
      log,
    });
    if (source.kind === 'file') {
      const { captured, decoded, flowsAcknowledged } = result.ledger;
      const [packets, ip, flows] = [captured, decoded, flowsAcknowledged].map((count) => count.toLocaleString('en'));
      process.stderr.write(`sensor: read ${packets} packets, ${ip} of them IP, delivered as ${flows} flows\n`);
    }
    for (const damage of result.damage) process.stderr.write(`sensor: ${damage}\n`);
    if (result.flowsKept > 0) {
      process.stderr.write(`sensor: ${result.flowsKept} flows stay in the spool, and are sent by the next run\n`);
      return result.damage.length === 0 ? 0 : 1;
    }
    if (!result.delivered) process.stderr.write('sensor: the server did not acknowledge everything before the stop\n');
    return result.damage.length === 0 && result.delivered ? 0 : 1;
  },
};

/** Files and folders that a sensor on an interface works with. */
function pathsOf(config: SensorConfig): string[] {
  return [config.tokenFile, spoolPath(config), config.tls.keyFile].filter(
    (path) => typeof path === 'string' && path !== '',
  ) as string[];
}

function configFlags(given: CommandArguments): Partial<SensorConfig> {
  const flags: Record<string, unknown> = {
    server: textOption(given, 'server'),
    name: textOption(given, 'name'),
    tokenFile: textOption(given, 'token-file'),
    backend: textOption(given, 'backend'),
    payloadBytes: integerOption(given, 'payload-bytes', 0, MAX_KEEP_BYTES),
    interfaces: given.options.interface,
    packets: textOption(given, 'packets') === undefined ? undefined : { send: textOption(given, 'packets') },
    spool: spoolFlags(textOption(given, 'spool')),
    tls: textOption(given, 'ca') === undefined ? undefined : { caFile: textOption(given, 'ca') },
  };
  return flags as Partial<SensorConfig>;
}

function sourcesNamed({ options }: CommandArguments): number {
  return ['interface', 'read', 'simulate'].filter((name) => options[name] !== undefined).length;
}

/** Exactly one source: on the command line, or else the interfaces of the settings. Throws UsageError and CaptureError. */
async function chooseSource(
  given: CommandArguments,
  config: SensorConfig,
  log: (message: string) => void,
): Promise<CaptureSource> {
  const files = [...((given.options.read as string[] | undefined) ?? []), ...given.positionals];
  const named = sourcesNamed(given);
  if (named > 1 || (named === 0 && config.interfaces.length === 0))
    throw new UsageError('name one source: --interface IF, --read FILE… or --simulate');
  if (given.options.read === undefined && given.positionals.length > 0)
    throw new UsageError(`"${given.positionals[0]}" belongs to no option`);
  const followed = followedFile(given);
  if (followed !== null) return new FollowSource(followed);
  if (given.options.simulate === true) return SimulationSource.fromOptions(given);
  if (given.options.read !== undefined) return new FileSource(files, speedOption(given));
  return openInterfaces({
    interfaces: [...new Set(config.interfaces)],
    backend: config.backend ?? null,
    kernelFilter: kernelFilterOption(given),
    promiscuous: config.promiscuous,
    log,
  });
}
