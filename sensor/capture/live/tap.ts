/** One opening of one interface by one backend. What captures it, and how it is read, is the same whatever the backend. */
import type { RecordBatch } from '../../../shared/packet-batch.ts';

/** Headers with all options of TCP and IPv6, and the beginning of the payload. */
export const SNAP_BYTES = 192;
/** Decides what is lost while the processor is busy elsewhere: a second of 350,000 small packets. */
export const BUFFER_BYTES = 64 << 20;

export interface TapOptions {
  readonly interfaceName: string;
  /** What the kernel shall filter by, if libpcap takes it on this interface; what it does not take is not filtered there. */
  readonly kernelFilter: string | null;
  readonly promiscuous: boolean;
  /** Called when `read` may give something, or the tap ended. */
  readonly onReadable: () => void;
  /** Whole sentences for the sensor's log. */
  readonly log: (sentence: string) => void;
}

/** Running totals of a tap; exact once it ended. */
export interface TapCounts {
  /** Passed the kernel's filter; null where nothing says so. */
  readonly received: number | null;
  readonly droppedByKernel: number | null;
  readonly droppedByInterface: number | null;
}

export interface TapEnd {
  readonly sentence: string;
  /** It was killed: what it had received and not handed over is not known to it. */
  readonly crashed: boolean;
}

export interface Tap {
  /** Fills `batch` with what is there, and returns how many records that is; 0 when there is nothing now. Valid until the next call. */
  read(batch: RecordBatch): number;
  /** Set when all was read and nothing more will come; null before. */
  readonly end: TapEnd | null;
  counts(): TapCounts;
  /** Takes nothing more in; what came until now can still be read. */
  stop(): void;
  /** Ends at once, and gives everything back. */
  close(): void;
}

export type BackendName = 'native' | 'tcpdump' | 'cap';

export interface Backend {
  readonly name: BackendName;
  /** A sentence why it cannot be used here, or null. */
  unavailable(): string | null;
  /** Whether it knows what it received and dropped; if not, the interface is asked. */
  readonly counts: boolean;
  /** Resolves when packets are being captured. Throws CaptureError. */
  open(options: TapOptions): Promise<Tap>;
}
