/** Distinct payloads and the sites that they name, as an interface. */
import type { FetchTool } from '../detect/sites/commands.ts';
import type { ReadingStep } from '../detect/sites/readings.ts';
import type { EvidenceAccount } from './evidence-store.ts';

/** Names a payload: its digest, protocol and length on the wire. */
export interface PayloadKey {
  readonly digest: bigint;
  readonly protocol: number;
  readonly wireBytes: number;
}
/** What is known of one distinct payload in a session, of all its sensors. */
export interface StoredPayload extends PayloadKey {
  readonly capturedBytes: number;
  /** The first bytes. Secret. */
  readonly bytes: Uint8Array;
  readonly packets: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  /** Target ports, some of them where there are more. */
  readonly ports: readonly number[];
  readonly hasMorePorts: boolean;
  /** How many there were, near enough; see shared/wire/payloads.ts for the error. */
  readonly sources: number;
  /** Some that came first, four words each. */
  readonly sourceSample: Uint32Array;
  readonly sensors: readonly number[];
  /** Addresses that it would fetch from. */
  readonly sites: number;
}
export interface PayloadQuery {
  readonly session: number;
  /** Seen within these seconds, and counted as a whole. */
  readonly fromSeconds?: number;
  readonly toSeconds?: number;
  readonly order: 'packets' | 'sources' | 'first' | 'last';
  /** With addresses that they would fetch from. */
  readonly withSites?: boolean;
  readonly port?: number;
  readonly protocol?: number;
  readonly limit: number;
}
/** An address that commands in payloads would fetch from. Of all payloads with it. */
export interface StoredSite {
  readonly tool: FetchTool;
  /** As the command has it: never shown or handed on without `defang`. */
  readonly url: string;
  /** How it was hidden in the first of its payloads. */
  readonly steps: readonly ReadingStep[];
  readonly isCut: boolean;
  readonly packets: number;
  readonly payloads: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly sources: number;
  readonly sourceSample: Uint32Array;
  readonly sensors: readonly number[];
  /** Some of them, those with most packets first. */
  readonly keys: readonly PayloadKey[];
}
export interface SiteQuery {
  readonly session: number;
  readonly fromSeconds?: number;
  readonly toSeconds?: number;
  readonly order: 'packets' | 'sources' | 'first' | 'last';
  readonly limit: number;
}
export interface PayloadStore {
  /** `total`: how many there are, whatever the limit. */
  list(query: PayloadQuery): Promise<{ readonly total: number; readonly payloads: StoredPayload[] }>;
  of(session: number, key: PayloadKey): Promise<StoredPayload | null>;
  sites(query: SiteQuery): Promise<{ readonly total: number; readonly sites: StoredSite[] }>;
  sitesOf(session: number, key: PayloadKey): Promise<StoredSite[]>;
  /** In packets with payloads. */
  account(session: number): Promise<PayloadAccount>;
}
/** What became of all that was stored, in packets; the three add up to it. */
export type PayloadAccount = EvidenceAccount;
