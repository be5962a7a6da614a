/** Packets on their way from capture to flows: raw records first, then decoded rows, both in columns. */
import type { Family } from './flow-batch.ts';

/** Rows of one batch: large enough to spread the cost of a call, small enough to stay in the processor's cache. */
export const BATCH_ROWS = 4096;

/**
 * Records as a capture file or interface gives them. All lie in `bytes`, which stays valid until the next batch is asked
 * for. The reader guarantees that every record lies inside `bytes`.
 */
export interface RecordBatch {
  bytes: Uint8Array;
  view: DataView;
  length: number;
  /** Where the record's packet starts in `bytes`. */
  readonly offset: Uint32Array;
  /** Bytes of the packet that were kept. */
  readonly capturedLength: Uint32Array;
  /** Bytes that the packet had on the wire. */
  readonly wireLength: Uint32Array;
  /** Time: whole seconds since 1970 UTC (NaN for a record that carries no time), and nanoseconds within the second. */
  readonly seconds: Float64Array;
  readonly nanoseconds: Uint32Array;
  /** Link-layer header type (https://www.tcpdump.org/linktypes.html). */
  readonly linkType: Uint16Array;
}

const NO_BYTES = new Uint8Array(0);

export function createRecordBatch(capacity = BATCH_ROWS): RecordBatch {
  return {
    bytes: NO_BYTES,
    view: new DataView(NO_BYTES.buffer),
    length: 0,
    offset: new Uint32Array(capacity),
    capturedLength: new Uint32Array(capacity),
    wireLength: new Uint32Array(capacity),
    seconds: new Float64Array(capacity),
    nanoseconds: new Uint32Array(capacity),
    linkType: new Uint16Array(capacity),
  };
}

/** Decoded packets of one address family: the outermost IP header and what it carries. */
export interface PacketBatch {
  readonly family: Family;
  readonly capacity: number;
  length: number;
  readonly seconds: Float64Array;
  readonly nanoseconds: Uint32Array;
  /** One word a row for IPv4, four for IPv6. */
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  readonly wireLength: Uint32Array;
  readonly tcpSequence: Uint32Array;
  readonly tagsLow: Uint32Array;
  readonly tagsHigh: Uint32Array;
  /** Kinds of the TCP options in their order, of packets with SYN (see shared/tcp-options.ts); 0 for none. */
  readonly synOptions: Uint32Array;
  /** What a tunnel carries or an ICMP error quotes: four words a row, IPv4 as ::ffff:a.b.c.d. Void where `tunnel` is 0, as all of `inner…`. */
  readonly innerSource: Uint32Array;
  readonly innerTarget: Uint32Array;
  readonly innerSourcePort: Uint16Array;
  readonly innerTargetPort: Uint16Array;
  readonly sourcePort: Uint16Array;
  readonly targetPort: Uint16Array;
  readonly ipLength: Uint16Array;
  /** IPv4 identification. */
  readonly ipId: Uint16Array;
  readonly tcpWindow: Uint16Array;
  readonly vlan: Uint16Array;
  readonly protocol: Uint8Array;
  readonly tcpFlags: Uint8Array;
  readonly ttl: Uint8Array;
  readonly fragment: Uint8Array;
  /** Bytes of the packet that are there after its IP headers, 255 for as many or more: what of the transport header could be read. */
  readonly transportBytes: Uint8Array;
  /** 1 where something followed the IP headers on the wire, whether it was captured or not. */
  readonly hasPayload: Uint8Array;
  /** How the inner packet is carried (see shared/tunnels.ts); 0 for none. */
  readonly tunnel: Uint8Array;
  readonly innerProtocol: Uint8Array;
}

export function createPacketBatch(family: Family, capacity = BATCH_ROWS): PacketBatch {
  const words = family === 4 ? 1 : 4;
  return {
    family,
    capacity,
    length: 0,
    seconds: new Float64Array(capacity),
    nanoseconds: new Uint32Array(capacity),
    source: new Uint32Array(capacity * words),
    target: new Uint32Array(capacity * words),
    wireLength: new Uint32Array(capacity),
    tcpSequence: new Uint32Array(capacity),
    tagsLow: new Uint32Array(capacity),
    tagsHigh: new Uint32Array(capacity),
    synOptions: new Uint32Array(capacity),
    innerSource: new Uint32Array(capacity * 4),
    innerTarget: new Uint32Array(capacity * 4),
    innerSourcePort: new Uint16Array(capacity),
    innerTargetPort: new Uint16Array(capacity),
    sourcePort: new Uint16Array(capacity),
    targetPort: new Uint16Array(capacity),
    ipLength: new Uint16Array(capacity),
    ipId: new Uint16Array(capacity),
    tcpWindow: new Uint16Array(capacity),
    vlan: new Uint16Array(capacity),
    protocol: new Uint8Array(capacity),
    tcpFlags: new Uint8Array(capacity),
    ttl: new Uint8Array(capacity),
    fragment: new Uint8Array(capacity),
    transportBytes: new Uint8Array(capacity),
    hasPayload: new Uint8Array(capacity),
    tunnel: new Uint8Array(capacity),
    innerProtocol: new Uint8Array(capacity),
  };
}

/** Keeps the rows whose `keep` is not 0, in their order. */
export function keepPackets(packets: PacketBatch, keep: Uint8Array): void {
  let count = 0;
  for (const column of Object.values(packets)) {
    if (typeof column === 'number') continue;
    count = keepRows(column, packets.length, column.length / packets.capacity, keep);
  }
  packets.length = count;
}

function keepRows(column: PacketColumn, rows: number, words: number, keep: Uint8Array): number {
  let to = 0;
  for (let row = 0; row < rows; row++) {
    if (keep[row] === 0) continue;
    if (words === 1) column[to] = column[row]!;
    else column.copyWithin(to * words, row * words, (row + 1) * words);
    to++;
  }
  return to;
}

type PacketColumn = Float64Array | Uint32Array | Uint16Array | Uint8Array;

/** Keeps the records whose `keep` is not 0, in their order. Their bytes stay where they are. */
export function keepRecords(records: RecordBatch, keep: Uint8Array): void {
  const { offset, capturedLength, wireLength, seconds, nanoseconds, linkType } = records;
  let to = 0;
  for (let from = 0; from < records.length; from++) {
    if (keep[from] === 0) continue;
    offset[to] = offset[from]!;
    capturedLength[to] = capturedLength[from]!;
    wireLength[to] = wireLength[from]!;
    seconds[to] = seconds[from]!;
    nanoseconds[to] = nanoseconds[from]!;
    linkType[to] = linkType[from]!;
    to++;
  }
  records.length = to;
}

/** Values of `fragment`. */
export const Fragment = { whole: 0, first: 1, later: 2 } as const;
