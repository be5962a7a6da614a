/** `kurayami replay`: plays captures into a running server, as a session of its own. Knows sensor and server, as start.ts does. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filterOptions } from './sensor/commands/filter-option.ts';
import { sensor } from './sensor/commands/sensor.ts';
import { sourceOptions } from './sensor/commands/source-options.ts';
import { TokenFile } from './server/access/token-file.ts';
import { loadServerConfig } from './server/config.ts';
import { type Command, type CommandArguments, speedOption, textOption, UsageError } from './shared/command.ts';

/** One name for all: a sensor's number is never given again, and there are 65,535. */
const SENSOR_NAME = 'replay';
const HOUR_SECONDS = 3_600;
/** A token that a killed replay left is refused after this time. */
const TOKEN_HOURS = 24 * 7;

export const replay: Command = {
  name: 'replay',
  about: 'plays captures into a running server, as a session of its own',
  usage: 'FILE…',
  options: {
    speed: sourceOptions.speed!,
    ...filterOptions,
    checksums: sourceOptions.checksums!,
    'payload-bytes': sourceOptions['payload-bytes']!,
    packets: { ...sourceOptions.packets!, about: 'whether the server gets the packets, too, for analysts (all)' },
    server: { type: 'string', value: 'URL', about: 'the aggregator (ws://127.0.0.1:8600)' },
    'token-file': {
      type: 'string',
      value: 'FILE',
      about: 'file with a sensor token, for a server on another machine (one is made in the data folder)',
    },
    name: {
      type: 'string',
      value: 'NAME',
      about: `the sensor it is stored under (${SENSOR_NAME}); two at once need two`,
    },
    data: { type: 'string', value: 'DIR', about: 'folder of the stores of a server on this machine (data)' },
  },
  examples: [
    ['kurayami replay monday.pcap.gz', 'in its own time, into the server on this machine'],
    ['kurayami replay --speed max monday.pcap tuesday.pcap', 'merged by time, as fast as it goes'],
    [
      'kurayami replay --server wss://telescope.example --name replay --token-file replay.token monday.pcap',
      'into a server elsewhere, with a token that was made there',
    ],
  ],
  async run(given, program) {
    if (given.positionals.length === 0) throw new UsageError('name the captures to play: kurayami replay FILE…');
    speedOption(given);
    const name = textOption(given, 'name') ?? SENSOR_NAME;
    if (textOption(given, 'token-file') !== undefined) return await sensor.run(asSensor(given, name), program);
    const { data } = loadServerConfig(undefined, program.folder, { data: textOption(given, 'data') });
    const own = makeToken(data, name);
    try {
      return await sensor.run(asSensor(given, name, own.file), program);
    } finally {
      own.remove();
    }
  },
};

/** The words of `kurayami sensor` for it. */
function asSensor({ options, positionals }: CommandArguments, name: string, tokenFile?: string): CommandArguments {
  const { data: _, ...others } = options;
  return {
    options: {
      packets: 'all',
      ...others,
      name,
      read: [...positionals],
      ...(tokenFile === undefined ? {} : { 'token-file': tokenFile }),
    },
    positionals: [],
  };
}

/** Who may write to the server's folder may make tokens: it is good for this run. Throws UsageError. */
function makeToken(data: string, name: string): { file: string; remove: () => void } {
  if (!existsSync(join(data, 'kurayami.duckdb')))
    throw new UsageError(
      `no server has its stores in ${data}: name the folder with --data, or a token with --token-file`,
    );
  const tokens = new TokenFile(data);
  const file = join(data, `replay-${process.pid}.token`);
  try {
    const { record, token } = tokens.add('sensor', name, Math.floor(Date.now() / 1000) + TOKEN_HOURS * HOUR_SECONDS);
    writeFileSync(file, token, { mode: 0o600 });
    const remove = () => {
      rmSync(file, { force: true });
      tokens.remove(({ id }) => id === record.id);
    };
    return { file, remove };
  } catch (cause) {
    throw new UsageError(
      `no token can be made in ${data} (${(cause as Error).message}): name the server's folder with --data, or a token with --token-file`,
      { cause },
    );
  }
}
