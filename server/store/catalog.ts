/** Small facts, as an interface. */
import type { Place, SessionKind } from '../../shared/wire/messages.ts';
import type { FlowSums } from './flow-store.ts';
import type { LedgerState, WatchState } from './ingest-commit.ts';
import type { Span } from './span.ts';

export interface SensorRecord {
  readonly id: number;
  readonly name: string;
  readonly place: Place | null;
}
export interface SessionRecord {
  readonly id: number;
  readonly kind: SessionKind;
  readonly name: string;
  readonly sensor: number | null;
  readonly arrivedSeconds: number;
  /** First and last capture time stored, null without flows. */
  readonly firstSeconds: number | null;
  readonly lastSeconds: number | null;
  readonly packets: number;
}
/** Sums of a session over all time. */
export interface SessionTotals extends FlowSums {
  /** Packets whose source address is registered in no country. */
  readonly unknownPlacePackets: number;
}
/** Small facts: sensors, sessions and their totals, positions, ledgers and the installation's key. */
export interface Catalog {
  /** 32 random bytes made when the data directory was: keys the masks. */
  installationKey(): Promise<Uint8Array>;
  /** The sensor of that name, made at its first use (ids 1 … 65,535 are never reused); place is updated. */
  sensor(name: string, place: Place | null): Promise<SensorRecord>;
  sensors(): Promise<SensorRecord[]>;
  /** Session 0 for live; else the session of that sensor and epoch, made at its first use. */
  session(wanted: { kind: SessionKind; name: string; sensor: number; epoch: number }): Promise<SessionRecord>;
  /** Null where there is no such session. */
  renameSession(session: number, name: string): Promise<SessionRecord | null>;
  /**
   * With everything that is known of it; false where there is no such session. Nothing may be on its way to it. Its number
   * and epoch do not come again: `session` throws StoreError STORE_SESSION_DELETED for them.
   */
  deleteSession(session: number): Promise<boolean>;
  /** All sessions, newest arrival last; session 0 is listed once it has flows. */
  sessions(): Promise<SessionRecord[]>;
  /** Last stored sequence of that epoch, or -1. */
  position(sensor: number, epoch: number): Promise<number>;
  ledgers(): Promise<LedgerState[]>;
  /** Who watched the session's span, by begin: runs of sensors that overlap it. */
  watches(session: number, span: Span): Promise<WatchState[]>;
  /** Of all that was stored in a session; answered beside questions of viewers, since sensors connect by it. */
  totals(session: number): Promise<SessionTotals>;
}
