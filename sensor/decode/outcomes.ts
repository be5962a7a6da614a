/** What became of the records of a batch. */
/** What became of each record of the last batch. A filter reads it, and takes back the count of what it removes. */
export interface Outcomes {
  /** 4 or 6 for a decoded packet, which is then row `row` of that family's batch; else 0. */
  readonly family: Uint8Array;
  readonly row: Uint32Array;
  /** Of a decoded packet: where its outermost IP header begins, in the bytes of the records. */
  readonly network: Uint32Array;
  /** Why it was not decoded: a kind in the upper 16 bits, its code below. */
  readonly reason: Uint32Array;
  /** Faults above the IP header, a bit for each code. */
  readonly faults: Uint32Array;
  /** What stood between link layer and IP: bits of `Encapsulation` (layer.ts). */
  readonly encapsulations: Uint8Array;
  /** Of a decoded packet, where checksums are verified: the verdict on its IPv4 header, times 4 plus that on what follows. */
  readonly verdicts: Uint8Array;
}

export const Reason = {
  decoded: 0,
  etherType: 1 << 16,
  linkType: 2 << 16,
  undecodable: 3 << 16,
  /** The link layer announced IP, and its header could not be read. */
  undecodableIpv4: 4 << 16,
  undecodableIpv6: 5 << 16,
} as const;

export function createOutcomes(capacity: number): Outcomes {
  return {
    family: new Uint8Array(capacity),
    row: new Uint32Array(capacity),
    network: new Uint32Array(capacity),
    reason: new Uint32Array(capacity),
    faults: new Uint32Array(capacity),
    encapsulations: new Uint8Array(capacity),
    verdicts: new Uint8Array(capacity),
  };
}
