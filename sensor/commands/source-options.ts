/** Options that name a source of packets: those of `sensor`, and of `start`, which hands them on. */
import type { CommandOption } from '../../shared/command.ts';

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
  interface: { type: 'string', value: 'IF', about: 'watch this network interface' },
  read: {
    type: 'string',
    value: 'FILE…',
    multiple: true,
    about: 'play capture files (pcap, pcapng, .gz); - is standard input',
  },
  speed: { type: 'string', value: 'N|max', about: 'how fast files are played: a factor, or as fast as it goes (1)' },
  simulate: { type: 'boolean', about: 'simulated darknet traffic' },
  ...simulationOptions,
};
