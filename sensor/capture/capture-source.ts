/** Where packets come from: one file a kind, made in `index.ts`. */
import type { RecordBatch } from '../../shared/packet-batch.ts';
import type { CaptureClock, SensorHealth, SessionKind, SkippedGap } from '../../shared/wire/messages.ts';

/** Counters that the source itself has; null where it has none. */
export interface CaptureStats {
  received: number | null;
  droppedByKernel: number | null;
  droppedByInterface: number | null;
  /** Of sources that watch interfaces: the interfaces' own counts, of packets that arrived since capture began. */
  rxPackets?: number | null;
  /** Of those, what came around a capture that had to be begun anew, and nobody got; null where that is unknown. In no other count. */
  lostInCrash?: number | null;
  /** How often capture had to be begun anew. */
  crashes?: number;
}

export interface CaptureSource {
  readonly kind: SessionKind;
  /** Shown as the session's name. */
  readonly name: string;
  readonly clock: CaptureClock;
  readonly link: SensorHealth['link'];
  /** Sentences about input that was damaged; what came before the damage was given. */
  readonly damage: readonly string[];
  /** Throws CaptureError at once for what can be known before the first packet. */
  open(): Promise<void>;
  /** Batches until the source ends or is stopped. Each is valid until the next is asked for. Throws CaptureError. */
  batches(): AsyncIterable<RecordBatch>;
  stats(): CaptureStats;
  /** `batches()` ends soon after; what was captured until now still comes. */
  stop(): void;
  /** Stretches without packets that were jumped over, for sources that are played in their own time. */
  readonly gaps?: { readonly count: number; readonly last: SkippedGap | null };
}

export type CaptureErrorCode =
  | 'CAPTURE_NO_FILE'
  | 'CAPTURE_UNREADABLE'
  | 'CAPTURE_NOT_A_CAPTURE'
  | 'CAPTURE_COMPRESSION'
  | 'CAPTURE_OVERLAP'
  | 'CAPTURE_FOLLOW'
  | 'CAPTURE_NO_INTERFACE'
  | 'CAPTURE_NO_PERMISSION'
  | 'CAPTURE_INTERFACE_DOWN'
  | 'CAPTURE_NO_BACKEND'
  | 'CAPTURE_NO_TCPDUMP'
  | 'CAPTURE_ENDED';

/** Packets cannot be had. The message is one sentence that says what to do. Codes: docs/errors.md. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly code: CaptureErrorCode;
  constructor(code: CaptureErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
