/** What page and worker say to each other about a dropped file: one worker has one file, and `terminate()` lets it go. */
import type { CompressionName } from '../../sensor/capture/bytes/compressions.ts';
import type { CaptureFormatName } from '../../sensor/capture/readers/capture-reader.ts';
import type { SensorLedger } from '../../shared/counters.ts';
import type { StretchRequest } from '../../shared/wire/stretch.ts';
import type { Problem } from '../feed/answers.ts';

/** A file is one session, of one sensor. */
export const DROPPED_SESSION = 1;
export const DROPPED_SENSOR = 1;
/** Packets of one answer. */
export const MAX_FLOW_PACKETS = 1_000;

/** Countries and networks come in files beside the page. */
export type TableState = 'loading' | 'known' | 'missing';

export interface DroppedProgress {
  /** Of the file as it lies there, compressed or not. */
  readonly bytesRead: number;
  readonly totalBytes: number;
  readonly packets: number;
  /** That are held, and can be asked for. */
  readonly flows: number;
  /** Beyond the limits: counted, and in no answer. */
  readonly flowsNotHeld: number;
  readonly packetsNotHeld: number;
  /** Flows that began before a time up to which answers were said to be exact: the file is not in order of time. */
  readonly flowsBehind: number;
  /** Capture time of what is there so far; null without any. */
  readonly firstSeconds: number | null;
  readonly lastSeconds: number | null;
  /** Capture time up to which all flows are there: a stretch that ends here is exact. Null before there is any. */
  readonly readySeconds: number | null;
  readonly countries: TableState;
  readonly networks: TableState;
  /** To be shown where countries and networks are: their licences ask for it. */
  readonly credits: readonly string[];
}

/** What the file was. */
export interface DroppedSummary extends DroppedProgress {
  readonly name: string;
  /** Null for what is no capture. */
  readonly format: CaptureFormatName | null;
  readonly compression: CompressionName | null;
  /** Why not all of it could be read, as a sentence; null for a whole one. */
  readonly damage: string | null;
  /** Packets: captured = filteredOut + notIp + undecodable + decoded, and decoded = packetsHeld + packetsNotHeld. */
  readonly ledger: SensorLedger;
  readonly packetsHeld: number;
  readonly balances: boolean;
}

/** Packets of a flow, as its row tells it. */
export interface FlowPacketsQuery {
  readonly source: string;
  readonly target: string;
  /** Numbers; of ICMP its type and code. */
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly protocol: number;
  /** Half-open. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** At most MAX_FLOW_PACKETS. */
  readonly most: number;
}

export interface FlowPacket {
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Number of tcpdump.org's list. */
  readonly linkType: number;
  /** On the wire: of the packet fewer bytes may have been kept. */
  readonly originalLength: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface FlowPackets {
  /** In the order of the file. */
  readonly packets: readonly FlowPacket[];
  /** There may be more than `most`. */
  readonly isCut: boolean;
}

export type DroppedQuestion =
  | { readonly kind: 'stretch'; readonly request: StretchRequest }
  | { readonly kind: 'answer'; readonly path: string }
  | { readonly kind: 'packets'; readonly query: FlowPacketsQuery };

export interface DroppedLimits {
  readonly maxFlows: number;
  /** Of the memory of flows. */
  readonly maxBytes: number;
}

export type ToDroppedWorker =
  | {
      readonly kind: 'open';
      readonly file: Blob;
      readonly name: string;
      readonly filter: string;
      readonly tables: { readonly countries: string; readonly networks: string };
      readonly limits: DroppedLimits;
    }
  | { readonly kind: 'ask'; readonly id: number; readonly question: DroppedQuestion }
  /** Nobody waits for the answer any more. */
  | { readonly kind: 'cancel'; readonly id: number };

export type FromDroppedWorker =
  | { readonly kind: 'progress'; readonly progress: DroppedProgress }
  | { readonly kind: 'done'; readonly summary: DroppedSummary }
  /** Nothing can be read at all: the filter is wrong. */
  | { readonly kind: 'failed'; readonly status: number; readonly problem: Problem }
  | { readonly kind: 'answered'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly status: number; readonly problem: Problem }
  | { readonly kind: 'answering'; readonly id: number; readonly done: number };
