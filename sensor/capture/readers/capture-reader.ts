/** What reads a capture's bytes into records: one file a format, and the list at the end of `index.ts`. */
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import type { ByteWindow } from './byte-window.ts';

/** A packet larger than this is no packet: libpcap and Wireshark draw the line at the same place. */
export const MAX_CAPTURED_BYTES = 262_144;

/** Lengths on the wire are held here, as Wireshark does: a packet of more than 2 GiB is a lie. */
export const MAX_WIRE_BYTES = 0x7fff_ffff;

export type CaptureFormatName = 'pcap' | 'pcapng' | 'erf';

export interface CaptureFormat {
  readonly name: CaptureFormatName;
  /** So many bytes are needed to tell it. */
  readonly headBytes: number;
  /** Whether a file that begins with the bytes at `start` is of this format. */
  recognises(view: DataView, start: number): boolean;
  open(window: ByteWindow): CaptureReader;
}

export interface CaptureReader {
  /** Adds records to `batch` until it is full or the window has no whole record left; returns how many it added. */
  read(batch: RecordBatch): number;
  /** A sentence, once the bytes make no sense any more: nothing more will be read. */
  readonly damage: string | null;
  /** No more bytes will come: the sentence for what is left over, or null for a clean end. */
  end(): string | null;
}
