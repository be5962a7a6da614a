/** Packets on their way from capture to flows: raw records first, then decoded rows, both in columns. */
import { ownMemory } from './column-memory.ts';
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

export function createRecordBatch(capacity = BATCH_ROWS, memory = ownMemory): RecordBatch {
  return {
    bytes: NO_BYTES,
    view: new DataView(NO_BYTES.buffer),
    length: 0,
    offset: memory.u32(capacity),
    capturedLength: memory.u32(capacity),
    wireLength: memory.u32(capacity),
    seconds: memory.f64(capacity),
    nanoseconds: memory.u32(capacity),
    linkType: memory.u16(capacity),
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
  /** Where the IP header begins in the bytes of the records that the batch was decoded from. */
  readonly headerOffset: Uint32Array;
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

export function createPacketBatch(family: Family, capacity = BATCH_ROWS, memory = ownMemory): PacketBatch {
  const words = family === 4 ? 1 : 4;
  return {
    family,
    capacity,
    length: 0,
    seconds: memory.f64(capacity),
    nanoseconds: memory.u32(capacity),
    source: memory.u32(capacity * words),
    target: memory.u32(capacity * words),
    wireLength: memory.u32(capacity),
    tcpSequence: memory.u32(capacity),
    tagsLow: memory.u32(capacity),
    tagsHigh: memory.u32(capacity),
    synOptions: memory.u32(capacity),
    innerSource: memory.u32(capacity * 4),
    innerTarget: memory.u32(capacity * 4),
    innerSourcePort: memory.u16(capacity),
    innerTargetPort: memory.u16(capacity),
    headerOffset: memory.u32(capacity),
    sourcePort: memory.u16(capacity),
    targetPort: memory.u16(capacity),
    ipLength: memory.u16(capacity),
    ipId: memory.u16(capacity),
    tcpWindow: memory.u16(capacity),
    vlan: memory.u16(capacity),
    protocol: memory.u8(capacity),
    tcpFlags: memory.u8(capacity),
    ttl: memory.u8(capacity),
    fragment: memory.u8(capacity),
    transportBytes: memory.u8(capacity),
    hasPayload: memory.u8(capacity),
    tunnel: memory.u8(capacity),
    innerProtocol: memory.u8(capacity),
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
