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
  /** Time: whole seconds since 1970 UTC, and nanoseconds within the second. */
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
  };
}

/** Values of `fragment`. */
export const Fragment = { whole: 0, first: 1, later: 2 } as const;
