/** The messages of docs/wire-format.md, as they stand in JSON frames. Receivers check what they are sent. */
import type { LedgerCheck, SensorLedger, ServerLedger, ViewerLedger } from '../counters.ts';

export type SessionKind = 'live' | 'file' | 'simulated';

/** Where a sensor stands; what is not configured is null and drawn at 0°N 0°E as "place not set". */
export interface Place {
  name: string;
  latitude: number;
  longitude: number;
}

/** How a sensor's capture time runs: with the host's clock, at `speed` times it, or as fast as it goes (`speed` 0). */
export interface CaptureClock {
  mode: 'live' | 'paced' | 'max';
  speed: number;
}

/** Of an earlier run: what the sensor still has of it. */
export interface EarlierEpoch {
  epoch: number;
  /** The run that it is of. */
  run: number;
  /** The last report of that run that came to the sensor's disk; the server may have heard a later one, or none at all. */
  lastWord?: SensorHealth;
}

/** First message of a sensor. */
export interface SensorHello {
  software: string;
  name: string;
  /** Names the frames that sequences count. */
  epoch: number;
  /** Names the sensor's process; where it is missing, the epoch does. */
  run?: number;
  /** These are frames from the spool: they come beside those of another connection of the same run. */
  backlog?: boolean;
  /** Epochs of earlier runs in the same session, oldest first: the server says how much of each it has. */
  earlier?: EarlierEpoch[];
  session: { kind: SessionKind; name: string };
  place: Place | null;
  /** Watched addresses. Secret: they never leave the server. */
  prefixes: string[];
  clock: CaptureClock;
}

/** The server's answer: send what comes after `resumeAfter` (the last sequence stored in this epoch; -1 for none). */
export interface ServerHello {
  software: string;
  sensor: number;
  session: number;
  resumeAfter: number;
  /** For each epoch that the hello named as earlier. */
  earlier?: { epoch: number; resumeAfter: number }[];
}

/** What lies on the sensor's disk. */
export interface SpoolReport {
  /** Not sent yet, of the session that is reported. */
  flows: number;
  packets: number;
  /** Of all files, with what is sent and not acknowledged. */
  bytes: number;
  maxBytes: number;
  /** When the oldest of it was written; null where there is none. */
  oldestSeconds: number | null;
  /** Until the limit, at the rate of the last minute; null without a rate. */
  hoursLeft: number | null;
  isDiskFull: boolean;
  /** Of frames that a crash left half-written, cut off at the start. */
  cutBytes: number;
}

/** A stretch of capture time that was jumped over, since nothing happened in it. */
export interface SkippedGap {
  fromSeconds: number;
  toSeconds: number;
}

/** What a sensor remembers of sources of which something matched, and said of them. */
export interface EvidenceReport {
  sourcesHeld: number;
  /** Their place was needed for another; what was new about them was sent. */
  sourcesGivenUp: number;
  /** Rows in frames of evidence. */
  rowsSent: number;
}

/** What became of packets with a payload: packets = packetsSent + packetsHeld + packetsNotKept. */
export interface PayloadReport {
  packets: number;
  /** In rows that were sent; those of one payload add up at the server. */
  packetsSent: number;
  packetsHeld: number;
  /** There was no room for another payload. */
  packetsNotKept: number;
  rowsSent: number;
}

/** What became of packets that should be sent as they were captured: packets = packetsSent + packetsHeld + packetsNotSent. */
export interface RawPacketReport {
  packets: number;
  packetsSent: number;
  packetsHeld: number;
  /** Beyond the limits, or without a time. */
  packetsNotSent: number;
}

/** Running totals of a sensor, sent about once a second and once at the end (`finished`). */
export interface SensorHealth {
  ledger: SensorLedger;
  link: 'up' | 'down' | 'none';
  clock: CaptureClock;
  /** Newest capture time, or null before the first packet. */
  captureSeconds: number | null;
  skippedGaps: number;
  lastSkippedGap: SkippedGap | null;
  /** Sentences about damaged input. */
  damage: string[];
  finished: boolean;
  /** The run that it is of; where it is missing, that of the connection. */
  run?: number;
  /** Found in the spool: closed by earlier runs, delivered by this one; part of what it sent, spooled and dropped. */
  recovered?: { flows: number; packets: number };
  spool?: SpoolReport | null;
  /** From a frame's making to its acknowledgement, for the newest that is acknowledged or the oldest that is not. */
  lagSeconds?: number;
  /** Times at which the host's clock was set, by more than a second. */
  clockSteps?: number;
  /** Of the memory of sources behind the evidence for rules. */
  evidence?: EvidenceReport;
  payloads?: PayloadReport;
  /** Of a sensor that sends packets. */
  rawPackets?: RawPacketReport;
}

export interface ErrorMessage {
  code: string;
  message: string;
  /** To a page: the filter that was refused, and which of its characters are meant (from 0, half-open). */
  filter?: string;
  position?: { start: number; end: number };
}

/** What a page asks for: only flows for which this holds; empty for all. */
export interface FilterRequest {
  filter: string;
}

/** The filter of a page that is in force, as it was asked for. */
export interface FilterInForce {
  text: string;
  /** Capture time from which on `totals` count; null when nothing had come. */
  sinceSeconds: number | null;
}

/** First message to a viewer. */
export interface ViewerHello {
  software: string;
  role: 'viewer' | 'analyst' | 'administrator';
  /** That of the token; null for whoever showed none. */
  name: string | null;
}

export interface SensorView {
  id: number;
  name: string;
  place: Place | null;
  state: 'connected' | 'lost' | 'finished';
  link: SensorHealth['link'];
  /** Server's time less the time of the last word heard, in seconds. */
  silentSeconds: number;
  droppedPackets: number;
  /** In the sensor's spool, on their way. */
  waitingPackets?: number;
  damage: string[];
}

export interface PortCount {
  protocol: number;
  port: number;
  packets: number;
}
export interface CountryCount {
  country: string;
  packets: number;
}

/** The smallest and the largest IPv4 target that came, as 32-bit words. */
export interface TargetSpan {
  lowest: number;
  highest: number;
}

/** What the page shows beside the streaks, several times a second. Rates are per second of capture time over the last few seconds. */
export interface LiveTotals {
  session: { id: number; kind: SessionKind; name: string; beginSeconds: number | null };
  /** Capture time of the newest flow; null before the first. `rate`: capture seconds a second of the wall's clock. */
  clock: CaptureClock & {
    newestSeconds: number | null;
    rate: number;
    finished: boolean;
    skippedGaps: number;
    lastSkippedGap: SkippedGap | null;
  };
  rates: { packetsPerSecond: number; flowsPerSecond: number; bytesPerSecond: number };
  totals: { packets: number; flows: number; bytes: number; sources: number; unknownPlacePackets: number };
  /** Packets of the last minute of capture time, most first. */
  topPorts: PortCount[];
  /** Packets of the last minute by country of the source; `""` is unknown. */
  topCountries: CountryCount[];
  /** Packets per second by traffic class id (index; 0 unused). */
  classPacketsPerSecond: number[];
  /** Packets per second by colour of radiation (index: place in `radiationGroups` from 1; 0 unused). Servers before 0.2 do not say. */
  radiationPacketsPerSecond?: number[];
  sensors: SensorView[];
  ledger: { sensor: SensorLedger; server: ServerLedger; checks: LedgerCheck[] };
  viewer: ViewerLedger;
  /** The server stores nothing now, for want of room; sensors keep what they have. */
  storageFull: boolean;
  /** Bins of series that wait for a store (such as InfluxDB) which does not take them now; 0 while it does, or where there is none. */
  seriesBehind: number;
  /** Codes of what does not go as it should in the server's store. */
  storeProblems: string[];
  /** Masses to credit on screen. */
  credits: string[];
  /**
   * Of a page that asked for one. Rates, totals, ports, countries and classes are then of what it selects; null when no filter
   * is in force.
   */
  filter?: FilterInForce | null;
  /** For those who may see targets only. */
  targets?: TargetSpan | null;
}
