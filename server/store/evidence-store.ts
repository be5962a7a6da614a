/** Evidence about sources, as an interface. */
/** What one rule found about a source, over all sensors of a session. */
export interface RuleEvidence {
  readonly tag: number;
  readonly matched: number;
  readonly candidates: number;
  /** Of those that match. */
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  /** Different keys among those that match: processes, or runs, that can be told apart. */
  readonly keys: number;
  /** Up to six packets that prove it, those of the key with most matches first. Secret. */
  readonly packets: readonly { readonly seconds: number; readonly bytes: Uint8Array }[];
}
/** What became of all evidence that was stored, in packets that matched; the three add up to it. */
export interface EvidenceAccount {
  readonly present: number;
  /** Taken out by retention, with the flows. */
  readonly expired: number;
  /** Taken out because there was too much: what was seen least lately. */
  readonly givenUp: number;
}
export interface EvidenceStore {
  /** By tag. `source` is an address of four words, an IPv4 address as ::ffff:a.b.c.d. */
  of(session: number, source: Uint32Array): Promise<RuleEvidence[]>;
  account(session: number): Promise<EvidenceAccount>;
}
