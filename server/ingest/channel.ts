/** One sensor's run, as the server knows it: from its hello until its connection ends (and again, when it comes back). */
import type { SensorHealth, SensorHello } from '../../shared/wire/messages.ts';
import type { TargetSlots } from '../enrich/target-slots.ts';
import type { SensorRecord, SessionRecord } from '../store/stores.ts';

export interface Channel {
  readonly sensor: SensorRecord;
  readonly session: SessionRecord;
  readonly hello: SensorHello;
  readonly slots: TargetSlots;
  /** Of each epoch that the hello named as earlier: the last sequence that is stored. */
  readonly earlier: { readonly epoch: number; readonly resumeAfter: number }[];
  /** Last sequence that was taken in, stored or about to be. */
  lastSequence: number;
  /** Last sequence that is stored: what the sensor may forget. */
  storedSequence: number;
  /** Newest capture time seen of each address family, for telling late packets: the two are batched apart. */
  readonly newestSeconds: { 4: number; 6: number };
  health: SensorHealth | null;
  state: 'connected' | 'lost' | 'finished';
  /** Of the wall's clock. */
  lastHeardMilliseconds: number;
  /** Of the connection that serves it now. */
  peer: ChannelPeer | null;
}

export interface ChannelPeer {
  acknowledge(sequence: number): void;
  /** No more frames are read until `resume`. */
  pause(): void;
  resume(): void;
  /** Tells the code and closes; nothing that still comes is taken in. */
  refuse(code: string, message: string): void;
}
