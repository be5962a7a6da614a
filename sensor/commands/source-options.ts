/** Options that name a source of packets: those of `sensor`, and of `start`, which hands them on. */
import { type CommandArguments, type CommandOption, UsageError } from '../../shared/command.ts';
import { filterOptions } from './filter-option.ts';

export const simulationOptions: Readonly<Record<string, CommandOption>> = {
  scenario: {
    type: 'string',
    value: 'NAME',
    about: 'what is simulated: a name in config/scenarios, or a file (background)',
  },
  seed: { type: 'string', value: 'N', about: 'the same seed makes the same packets (1)' },
  rate: { type: 'string', value: 'N', about: 'packets per second (as the scenario says)' },
};

export const sourceOptions: Readonly<Record<string, CommandOption>> = {
  interface: {
    type: 'string',
    value: 'IF',
    multiple: true,
    about: 'watch this network interface; several times for several, any for all',
  },
  backend: {
    type: 'string',
    value: 'NAME',
    about: 'what captures: native, tcpdump or cap (native where it was built, else tcpdump)',
  },
  read: {
    type: 'string',
    value: 'FILE…',
    multiple: true,
    about: 'play capture files (pcap, pcapng, ERF; .gz, .zst); - is standard input',
  },
  speed: { type: 'string', value: 'N|max', about: 'how fast files are played: a factor, or as fast as it goes (1)' },
  follow: { type: 'boolean', about: 'with --read FILE: read on as the file grows, until stopped' },
  ...filterOptions,
  checksums: { type: 'boolean', about: 'verify checksums: packets with bad ones are counted as faults' },
  'payload-bytes': {
    type: 'string',
    value: 'N',
    about: 'first bytes of each distinct payload that go to the server (128); 0 for none',
  },
  packets: {
    type: 'string',
    value: 'all|none',
    about: 'whether packets go to the server as they were captured, for analysts (docs/packets.md)',
  },
  simulate: { type: 'boolean', about: 'simulated darknet traffic' },
  ...simulationOptions,
};

/** The one file that grows, or null without `--follow`. Throws UsageError. */
export function followedFile({ options, positionals }: CommandArguments): string | null {
  if (options.follow !== true) return null;
  const files = [...((options.read as string[] | undefined) ?? []), ...positionals];
  const [file] = files;
  if (file === undefined || files.length > 1 || file === '-')
    throw new UsageError(
      '--follow goes with --read and one file that grows; what comes through a pipe is read as it comes',
    );
  if (options.speed !== undefined) throw new UsageError('--follow reads a file as it grows: --speed has no say there');
  return file;
}
