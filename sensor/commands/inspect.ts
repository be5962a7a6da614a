/** `kurayami inspect FILE…`: what is in a capture. */
import type { Command } from '../../shared/command.ts';
import { UsageError } from '../../shared/command.ts';
import { CaptureFile } from '../capture/capture-file.ts';
import { type InspectOptions, inspectCapture } from '../inspect/inspect-capture.ts';
import type { InspectReport } from '../inspect/inspect-report.ts';
import { filterOption, filterOptions } from './filter-option.ts';
import { describeReport, sentenceOfDamage } from './inspect-text.ts';

export const inspect: Command = {
  name: 'inspect',
  about: 'what is in a capture: packets, protocols, addresses, ports, rules that match',
  usage: 'FILE… (pcap, pcapng, ERF; also .gz, .zst; - is standard input)',
  options: {
    ...filterOptions,
    json: { type: 'boolean', about: 'one JSON object a line for each file' },
    checksums: { type: 'boolean', about: 'verify the checksums of IPv4, TCP, UDP, ICMP, SCTP' },
  },
  examples: [
    ['kurayami inspect darknet.pcap', 'a table of what is in it'],
    ['kurayami inspect --filter "tcp[tcpflags] == tcp-syn and net 192.0.2.0/24" darknet.pcap', 'of some packets only'],
    ['kurayami inspect --json *.pcapng | jq .topPorts', 'one JSON object a file'],
  ],
  async run(given, program) {
    const { options, positionals } = given;
    if (positionals.length === 0) throw new UsageError('inspect needs at least one FILE');
    const filter = filterOption(given);
    let complete = true;
    for (const path of positionals) {
      if (program.stop.aborted) return 1;
      const report = await inspectFile(path, { checksums: options.checksums === true, filter, stop: program.stop });
      complete &&= report.complete;
      if (options.json !== true && report.format === null) {
        process.stderr.write(`${sentenceOfDamage(path, report.damage)}\n`);
        continue;
      }
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : describeReport(report));
    }
    return complete ? 0 : 1;
  },
};

/** Reads a whole capture. Never throws for a bad file: the report says what was wrong with it. */
export async function inspectFile(path: string, options: InspectOptions = {}): Promise<InspectReport> {
  const file = new CaptureFile(path);
  // What waits for bytes ends when the file is closed.
  const close = () => void file.close();
  options.stop?.addEventListener('abort', close, { once: true });
  try {
    return { file: path, ...(await inspectCapture(file, options)) };
  } finally {
    options.stop?.removeEventListener('abort', close);
  }
}
