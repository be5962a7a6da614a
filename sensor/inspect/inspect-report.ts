/** What `inspect` tells of a capture, on the command line and in a browser. */
import { type Counts, sumCounts } from '../../shared/counters.ts';
import type { Capture } from '../capture/bytes/capture.ts';
import type { CompressionName } from '../capture/bytes/compressions.ts';
import type { CaptureFormatName } from '../capture/readers/capture-reader.ts';
import type { ChecksumCounts, Decoder } from '../decode/decoder.ts';
import { addressesSha256 } from './addresses-digest.ts';
import type { Inspection } from './inspection.ts';

const TOP_PORTS = 5;
const ETHER_TYPE_ARP = '0x0806';
/** Reverse ARP (RFC 903) has the header of ARP. */
const ETHER_TYPE_RARP = '0x8035';

/** The fields are described in docs/data-dictionary.md. */
export interface CaptureReport {
  format: CaptureFormatName | null;
  compression: CompressionName | null;
  complete: boolean;
  damage?: string;
  packets: number;
  /** With a filter: packets that did not pass; all else counts those that did. */
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
  /** Where they are verified: packets by what became of the checksum of their IPv4 header, and of what follows. */
  checksums?: ChecksumCounts;
  faults: Counts;
  undecodable: Counts;
}

/** One line of `inspect --json`. */
export interface InspectReport extends CaptureReport {
  file: string;
}

export async function makeReport(
  capture: Pick<Capture, 'format' | 'compression'>,
  decoder: Decoder,
  inspection: Inspection,
  damage: string | null,
): Promise<CaptureReport> {
  return {
    format: capture.format,
    compression: capture.compression,
    complete: damage === null,
    ...(damage === null ? {} : { damage }),
    packets: inspection.packets,
    bytes: inspection.bytes,
    capturedBytes: inspection.capturedBytes,
    first: inspection.first,
    last: inspection.last,
    linkTypes: inspection.linkTypes,
    encapsulations: inspection.encapsulations,
    outermost: countOutermost(decoder, inspection),
    transport: inspection.transport,
    tcp: inspection.tcp,
    uniqueSources: inspection.sources[4].size + inspection.sources[6].size,
    uniqueTargets: inspection.targets[4].size + inspection.targets[6].size,
    sourcesSha256: await addressesSha256(inspection.sources),
    targetsSha256: await addressesSha256(inspection.targets),
    topPorts: inspection.topPorts(TOP_PORTS),
    flows: inspection.flows,
    matches: inspection.matches,
    tunnels: inspection.tunnels,
    ...(decoder.checksums === null ? {} : { checksums: decoder.checksums }),
    faults: decoder.faults(),
    undecodable: decoder.undecodable(),
  };
}

/** What the link layer announces as IP counts as such, also where its header cannot be read. */
function countOutermost(decoder: Decoder, { transport, packets }: Inspection): CaptureReport['outermost'] {
  const ofFamily = (family: 4 | 6) =>
    decoder.undecodableIp[family] +
    sumCounts(Object.fromEntries(Object.entries(transport).filter(([key]) => key.startsWith(`ip${family}.`))));
  const [ipv4, ipv6] = [ofFamily(4), ofFamily(6)];
  const notIp = decoder.notIp();
  const arp = (notIp[ETHER_TYPE_ARP] ?? 0) + (notIp[ETHER_TYPE_RARP] ?? 0);
  return { ipv4, ipv6, arp, none: packets - ipv4 - ipv6 - arp };
}
