/** `kurayami flows FILE…`: the flows of captures, for tables and scripts. */
import { randomInt } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { type Command, type CommandArguments, integerOption, textOption, UsageError } from '../../shared/command.ts';
import type { Counts } from '../../shared/counters.ts';
import { FileSource } from '../capture/file-source.ts';
import { findFlowFormat, flowFormats } from '../flow-formats/index.ts';
import { FlowPipeline, type FlowTotals } from '../flow-pipeline.ts';
import { type ByteSink, nowhere, openSink } from '../output/byte-sink.ts';
import { startEngine } from '../threads/index.ts';
import type { FlowText } from '../threads/messages.ts';
import { filterOption, filterOptions } from './filter-option.ts';

const COUNT_ONLY = 'none';
/** Offsets within an interval are kept as 32 bits of microseconds. */
const MAX_INTERVAL_SECONDS = 3_600;
const MAX_WORKERS = 64;
const PROGRESS_EVERY_MILLISECONDS = 500;

export const flows: Command = {
  name: 'flows',
  about: 'the flows of captures, as CSV or JSON lines',
  usage: 'FILE… (pcap, pcapng, ERF; also .gz, .zst; - is standard input)',
  options: {
    format: {
      type: 'string',
      value: [...flowFormats.map(({ name }) => name), COUNT_ONLY].join('|'),
      about: 'how they are written; none counts only (csv)',
    },
    interval: { type: 'string', value: 'SECONDS', about: 'packets of equal key in this time are one flow (1)' },
    ...filterOptions,
    out: { type: 'string', value: 'FILE', about: 'where to; FILE.partial until it is complete (standard output)' },
    workers: { type: 'string', value: 'N', about: 'decode and write in N more threads; the result is the same (0)' },
    'community-id': { type: 'boolean', about: 'a column communityId: one id for both directions' },
    'community-id-seed': { type: 'string', value: 'N', about: 'seed of Community ID, 0 to 65535 (0)' },
  },
  examples: [
    ['kurayami flows darknet.pcap > flows.csv', 'one line a flow, with a line of names'],
    ['kurayami flows --format ndjson --out flows.ndjson monday.pcap.gz tuesday.pcap.gz', 'two captures as one'],
    ['kurayami flows --interval 60 darknet.pcap | duckdb -c "FROM read_csv(\'/dev/stdin\')"', 'minutes, as FlowTuple'],
    ['kurayami flows --filter "tcp dst port 23 and tag mirai" darknet.pcap', 'only of the packets that match'],
    ['kurayami flows --format none darknet.pcap', 'how many flows there are'],
    ['kurayami flows --workers 4 --out flows.csv darknet.pcap', 'the same flows, sooner, where there are more cores'],
  ],
  async run(given, program) {
    if (given.positionals.length === 0) throw new UsageError('flows needs at least one FILE (or - for standard input)');
    const text = chooseText(given);
    const workers = integerOption(given, 'workers', 0, MAX_WORKERS) ?? 0;
    const filter = filterOption(given);
    const intervalSeconds = integerOption(given, 'interval', 1, MAX_INTERVAL_SECONDS) ?? 1;
    const out = textOption(given, 'out') ?? '-';
    await refuseInputAsOutput(out, given.positionals);
    const source = new FileSource(given.positionals, 0);
    await source.open();
    const sink = text === null ? nowhere : await openOutput(out);
    const filterText = textOption(given, 'filter') ?? null;
    const seed = randomInt(2 ** 31);
    const engine = startEngine({ workers, filter, filterText, seed, text, sink });
    const pipeline = new FlowPipeline({
      source,
      intervalSeconds,
      seed,
      decoding: engine.decoding,
      writing: engine.writing,
      onProgress: progressOnTerminal(),
    });
    const stop = () => source.stop();
    program.stop.addEventListener('abort', stop, { once: true });
    let complete = false;
    let totals: FlowTotals;
    try {
      complete = (await pipeline.run()) && !program.stop.aborted;
      totals = await pipeline.totals();
    } finally {
      await engine.close();
      await sink.close(complete);
    }
    process.stderr.write(summary(totals, source.damage, program.stop.aborted));
    return source.damage.length === 0 && totals.balances && !program.stop.aborted ? 0 : 1;
  },
};

/** The flows would take the place of their capture. Throws UsageError. */
async function refuseInputAsOutput(out: string, files: readonly string[]): Promise<void> {
  const there = out === '-' ? null : await stat(out).catch(() => null);
  if (there === null || !there.isFile()) return;
  for (const file of files) {
    const input = file === '-' ? null : await stat(file).catch(() => null);
    if (input?.dev === there.dev && input.ino === there.ino)
      throw new UsageError(`--out ${out} is the capture that is read: name another file`);
  }
}

/** Throws UsageError. */
async function openOutput(out: string): Promise<ByteSink> {
  try {
    return await openSink(out, { namedWhenComplete: true });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'its folder does not exist'
        : code === 'EISDIR'
          ? 'it is a folder: name a file in it'
          : code === 'EACCES'
            ? 'this user may not write there'
            : message;
    throw new UsageError(`--out ${out} cannot be written: ${why}`, { cause });
  }
}

/** Null for `none`. Throws UsageError. */
function chooseText(given: CommandArguments): FlowText | null {
  const format = textOption(given, 'format') ?? flowFormats[0]!.name;
  const seed = integerOption(given, 'community-id-seed', 0, 65_535);
  const withId = given.options['community-id'] === true;
  if (seed !== undefined && !withId) throw new UsageError('--community-id-seed needs --community-id');
  if (format === COUNT_ONLY) {
    if (given.options.out !== undefined) throw new UsageError('--format none writes no flows: leave --out away');
    return null;
  }
  if (findFlowFormat(format) === undefined)
    throw new UsageError(
      `--format takes ${flowFormats.map((known) => known.name).join(', ')} or ${COUNT_ONLY}, not "${format}"`,
    );
  return { format, columns: withId ? { communityIdSeed: seed ?? 0 } : {} };
}

/** Where the packets went, so that the sums can be seen. */
function summary(totals: FlowTotals, damage: readonly string[], interrupted: boolean): string {
  const number = (count: number) => count.toLocaleString('en');
  const list = (counts: Counts) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${number(count)}`)
      .join(' · ') || '0';
  const lines = [
    ['captured', number(totals.captured)],
    ['filteredOut', number(totals.filteredOut)],
    ['notIp', list(totals.notIp)],
    ['undecodable', list(totals.undecodable)],
    ['decoded', number(totals.decoded)],
    ['faults', list(totals.faults)],
    ['flows', `${number(totals.flows)}, with ${number(totals.packets)} packets`],
    ...(totals.flowsEarly === 0
      ? []
      : [['early', `${number(totals.flowsEarly)} of them left before their interval was over: the table was full`]]),
    ...damage.map((sentence) => ['damage', sentence]),
  ].map(([name, value]) => `  ${name!.padEnd(12)} ${value}\n`);
  const sums = totals.balances
    ? '  captured = filteredOut + notIp + undecodable + decoded, and decoded = packets in flows\n'
    : '  the sums do not hold: please report this\n';
  return `${lines.join('')}${interrupted ? '  interrupted: this is not all\n' : sums}`;
}

/** A line that renews itself, where somebody is looking. */
function progressOnTerminal(): (captured: number, flows: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  let last = performance.now();
  return (captured, flows) => {
    if (performance.now() - last < PROGRESS_EVERY_MILLISECONDS) return;
    last = performance.now();
    process.stderr.write(`${captured.toLocaleString('en')} packets, ${flows.toLocaleString('en')} flows …\r`);
  };
}
