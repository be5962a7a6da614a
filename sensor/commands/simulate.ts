/** `kurayami simulate`: labelled telescope traffic, as a capture file. */
import { type Command, integerOption, textOption, UsageError } from '../../shared/command.ts';
import { loadScenario } from '../simulate/load.ts';
import { createSimulation } from '../simulate/simulation.ts';
import { writeSimulation } from '../simulate/write.ts';
import { simulationOptions } from './source-options.ts';

/** 2026-01-01 00:00:00 UTC: files made with the same options are the same, whenever they are made. */
const DEFAULT_START_SECONDS = 1_767_225_600;
const PROGRESS_EVERY_MILLISECONDS = 500;

export const simulate: Command = {
  name: 'simulate',
  about: 'makes labelled darknet traffic: a capture file, and the truth about it',
  usage: '--out FILE.pcap',
  options: {
    ...simulationOptions,
    duration: { type: 'string', value: 'SECONDS', about: 'how much capture time (60)' },
    start: { type: 'string', value: 'SECONDS', about: 'capture time of the start, since 1970 (2026-01-01)' },
    out: { type: 'string', value: 'FILE.pcap', about: 'where to; - is standard output' },
    truth: { type: 'string', value: 'FILE.ndjson', about: 'who did what: one line an actor' },
  },
  examples: [
    ['kurayami simulate --duration 600 --out darknet.pcap --truth darknet.ndjson', 'ten minutes of a /16'],
    ['kurayami simulate --scenario flood --out - | tcpdump -n -r - | head', 'a flood’s backscatter, as text'],
    ['kurayami simulate --rate 5000 --duration 1000 --out five-million.pcap', 'five million packets'],
  ],
  async run(given, program) {
    const out = textOption(given, 'out');
    if (out === undefined) throw new UsageError('simulate needs --out FILE.pcap (or - for standard output)');
    const rate = integerOption(given, 'rate', 1, 1_000_000);
    const simulation = createSimulation({
      scenario: await loadScenario(textOption(given, 'scenario')),
      seed: integerOption(given, 'seed', 0, 2 ** 31) ?? 1,
      startSeconds: integerOption(given, 'start', 0, 4_000_000_000) ?? DEFAULT_START_SECONDS,
      ...(rate === undefined ? {} : { packetsPerSecond: rate }),
    });
    const truth = textOption(given, 'truth');
    const { packets, bytes } = await writeSimulation({
      simulation,
      durationSeconds: integerOption(given, 'duration', 1, 10_000_000) ?? 60,
      out,
      signal: program.stop,
      ...(truth === undefined ? {} : { truth }),
      onProgress: progressOnTerminal(),
    });
    process.stderr.write(`${packets.toLocaleString('en')} packets, ${bytes.toLocaleString('en')} bytes\n`);
    return 0;
  },
};

/** A line that renews itself, where somebody is looking. */
function progressOnTerminal(): (progress: { packets: number }) => void {
  let last = performance.now();
  return ({ packets }) => {
    if (!process.stderr.isTTY || performance.now() - last < PROGRESS_EVERY_MILLISECONDS) return;
    last = performance.now();
    process.stderr.write(`${packets.toLocaleString('en')} packets …\r`);
  };
}
