/** `kurayami inspect FILE…`: what is in a capture. */
import { createHash } from 'node:crypto';
import { formatAddress } from '../../shared/address.ts';
import type { Command } from '../../shared/command.ts';
import { UsageError } from '../../shared/command.ts';
import { type Counts, sumCounts } from '../../shared/counters.ts';
import { createPacketBatch } from '../../shared/packet-batch.ts';
import { CaptureFile } from '../capture/capture-file.ts';
import type { CompressionName } from '../capture/decompress/index.ts';
import type { CaptureFormatName } from '../capture/readers/capture-reader.ts';
import { type ChecksumCounts, Decoder } from '../decode/decoder.ts';
import type { PacketFilter } from '../filter/index.ts';
import { fingerprints } from '../fingerprint/index.ts';
import type { DistinctKeys } from '../inspect/distinct.ts';
import { Inspection } from '../inspect/inspection.ts';
import { filterOption, filterOptions } from './filter-option.ts';

const TOP_PORTS = 5;
const INTERRUPTED = 'the reading was interrupted: this is not all';
const ETHER_TYPE_ARP = '0x0806';
/** Reverse ARP (RFC 903) has the header of ARP. */
const ETHER_TYPE_RARP = '0x8035';

/** One line of `inspect --json`; the fields are described in docs/data-dictionary.md. */
export interface InspectReport {
  file: string;
  format: CaptureFormatName | null;
  compression: CompressionName | null;
  complete: boolean;
  damage?: string;
  packets: number;
  /** With `--filter`: packets that did not pass; all else counts those that did. */
  filteredOut?: number;
  bytes: number;
  capturedBytes: number;
  first: string | null;
  last: string | null;
  linkTypes: Counts;
  /** Packets by what stood between link layer and IP: see `Encapsulation` in sensor/decode/layer.ts. */
  encapsulations: Counts;
  outermost: { ipv4: number; ipv6: number; arp: number; none: number };
  transport: Counts;
  tcp: Inspection['tcp'];
  uniqueSources: number;
  uniqueTargets: number;
  sourcesSha256: string;
  targetsSha256: string;
  topPorts: [string, number, number][];
  flows: { oneWay: number; bothWays: number };
  matches: Counts;
  /** By the way in which a packet carries another, or quotes it: see shared/tunnels.ts. */
  tunnels: Counts;
  /** With `--checksums`: packets by what became of the checksum of their IPv4 header, and of what follows. */
  checksums?: ChecksumCounts;
  faults: Counts;
  undecodable: Counts;
}

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
        process.stderr.write(`${sentence(path, report.damage)}\n`);
        continue;
      }
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : describe(report));
    }
    return complete ? 0 : 1;
  },
};

export interface InspectOptions {
  readonly checksums?: boolean;
  readonly filter?: PacketFilter | null;
  /** Aborted when no more shall be read: the report tells what was. */
  readonly stop?: AbortSignal;
}

/** Reads a whole capture. Never throws for a bad file: the report says what was wrong with it. */
export async function inspectFile(
  path: string,
  { checksums = false, filter = null, stop }: InspectOptions = {},
): Promise<InspectReport> {
  const file = new CaptureFile(path);
  const inspection = new Inspection();
  const decoder = new Decoder({ checksums });
  let openDamage: string | null = null;
  // What waits for bytes ends when the file is closed.
  const close = () => void file.close();
  stop?.addEventListener('abort', close, { once: true });
  try {
    await file.open();
    await readAll(file, decoder, inspection, filter, stop);
  } catch (error) {
    openDamage = (error as Error).message;
  } finally {
    stop?.removeEventListener('abort', close);
    await file.close();
  }
  if (stop?.aborted) openDamage = INTERRUPTED;
  const report = makeReport(path, file, decoder, inspection, openDamage ?? file.damage);
  return filter === null ? report : { ...report, filteredOut: decoder.filteredOut };
}

async function readAll(
  file: CaptureFile,
  decoder: Decoder,
  inspection: Inspection,
  filter: PacketFilter | null,
  stop: AbortSignal | undefined,
): Promise<void> {
  const ipv4 = createPacketBatch(4);
  const ipv6 = createPacketBatch(6);
  for (let records = await file.next(); records !== null && !stop?.aborted; records = await file.next()) {
    ipv4.length = 0;
    ipv6.length = 0;
    decoder.decode(records, ipv4, ipv6);
    for (const rule of fingerprints) rule.match(ipv4);
    filter?.apply(records, decoder, ipv4, ipv6);
    inspection.addRecords(records, decoder.outcomes.encapsulations);
    inspection.addPackets(ipv4);
    inspection.addPackets(ipv6);
  }
}

function makeReport(
  path: string,
  file: CaptureFile,
  decoder: Decoder,
  inspection: Inspection,
  damage: string | null,
): InspectReport {
  const { transport } = inspection;
  // What the link layer announces as IP counts as such, also where its header cannot be read.
  const ofFamily = (family: 4 | 6) =>
    decoder.undecodableIp[family] +
    sumCounts(Object.fromEntries(Object.entries(transport).filter(([key]) => key.startsWith(`ip${family}.`))));
  const [ipv4, ipv6] = [ofFamily(4), ofFamily(6)];
  const notIp = decoder.notIp();
  const arp = (notIp[ETHER_TYPE_ARP] ?? 0) + (notIp[ETHER_TYPE_RARP] ?? 0);
  return {
    file: path,
    format: file.format,
    compression: file.compression,
    complete: damage === null,
    ...(damage === null ? {} : { damage }),
    packets: inspection.packets,
    bytes: inspection.bytes,
    capturedBytes: inspection.capturedBytes,
    first: inspection.first,
    last: inspection.last,
    linkTypes: inspection.linkTypes,
    encapsulations: inspection.encapsulations,
    outermost: {
      ipv4,
      ipv6,
      arp,
      none: inspection.packets - ipv4 - ipv6 - arp,
    },
    transport,
    tcp: inspection.tcp,
    uniqueSources: inspection.sources[4].size + inspection.sources[6].size,
    uniqueTargets: inspection.targets[4].size + inspection.targets[6].size,
    sourcesSha256: addressesSha256(inspection.sources),
    targetsSha256: addressesSha256(inspection.targets),
    topPorts: inspection.topPorts(TOP_PORTS),
    flows: inspection.flows,
    matches: inspection.matches,
    tunnels: inspection.tunnels,
    ...(decoder.checksums === null ? {} : { checksums: decoder.checksums }),
    faults: decoder.faults(),
    undecodable: decoder.undecodable(),
  };
}

function addressesSha256(sets: { 4: DistinctKeys; 6: DistinctKeys }): string {
  const texts: string[] = [];
  for (const family of [4, 6] as const) {
    for (let index = 0; index < sets[family].size; index++)
      texts.push(formatAddress(family, sets[family].at(index), 0));
  }
  return createHash('sha256').update(texts.sort().join('\n')).digest('hex').slice(0, 16);
}

/** What is wrong with a file of which nothing could be read. */
function sentence(path: string, damage = 'it cannot be read'): string {
  return damage.includes(path) ? damage : `${path}: ${damage}`;
}

function describe(report: InspectReport): string {
  const counts = (of: Counts) =>
    Object.entries(of)
      .filter(([, count]) => count > 0)
      .sort((a, b) => b[1] - a[1])
      .map(([name, count]) => `${name} ${count.toLocaleString('en')}`)
      .join(' · ') || 'none';
  const lines: [string, string][] = [
    ['format', `${report.format ?? 'not a capture'}${report.compression ? ` (${report.compression})` : ''}`],
    ['packets', `${report.packets.toLocaleString('en')}, ${report.bytes.toLocaleString('en')} bytes on the wire`],
    ...(report.filteredOut === undefined
      ? []
      : ([['filtered', `${report.filteredOut.toLocaleString('en')} packets do not pass`]] as [string, string][])),
    ['time', report.first === null ? 'none' : `${timeOf(report.first)} to ${timeOf(report.last!)}`],
    ['outermost', counts(report.outermost)],
    ['transport', counts(report.transport)],
    [
      'addresses',
      `${report.uniqueSources.toLocaleString('en')} sources · ${report.uniqueTargets.toLocaleString('en')} targets`,
    ],
    [
      'top ports',
      report.topPorts
        .map(([protocol, port, packets]) => `${port}/${protocol} ${packets.toLocaleString('en')}`)
        .join(' · ') || 'none',
    ],
    ['below IP', counts(report.encapsulations)],
    ['tunnels', counts(report.tunnels)],
    ['rules', counts(report.matches)],
    ['faults', counts({ ...report.faults, ...report.undecodable })],
  ];
  if (report.checksums !== undefined) {
    lines.push(['IPv4 sums', counts({ ...report.checksums.network })]);
    lines.push(['checksums', counts({ ...report.checksums.transport })]);
  }
  if (report.damage !== undefined) lines.push(['damage', report.damage]);
  return `${report.file}\n${lines.map(([name, value]) => `  ${name.padEnd(10)} ${value}\n`).join('')}`;
}

function timeOf(seconds: string): string {
  const [whole, fraction] = seconds.split('.');
  const date = new Date(Number(whole) * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : `${date.toISOString().slice(0, 19)}.${fraction}Z`;
}
