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

/** First message of a sensor. */
export interface SensorHello {
  software: string;
  name: string;
  epoch: number;
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
}

/** A stretch of capture time that was jumped over, since nothing happened in it. */
export interface SkippedGap {
  fromSeconds: number;
  toSeconds: number;
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
}

export interface ErrorMessage {
  code: string;
  message: string;
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
  /** For those who may see targets only. */
  targets?: TargetSpan | null;
}
