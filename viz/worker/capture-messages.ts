/** What page and worker say to each other: one worker reads one capture, and `terminate()` stops it. */
import type { CaptureReport } from '../../sensor/inspect/inspect-report.ts';

/** A dropped file is a Blob. It and a stream are read in pieces, and never held whole. */
export type CaptureInput = Blob | ArrayBuffer | ReadableStream<Uint8Array>;

export interface CaptureRequest {
  readonly capture: CaptureInput;
  readonly checksums: boolean;
  /** In the language of docs/filter.md; null for all packets. */
  readonly filter: string | null;
}

export interface CaptureProgress {
  /** Of the file as it lies there, compressed or not. */
  readonly bytesRead: number;
  readonly packets: number;
}

export type CaptureAnswer =
  | { readonly kind: 'progress'; readonly progress: CaptureProgress }
  /** What `inspect --json` prints, without `file`. A capture that is damaged, or none, has a report that says so. */
  | { readonly kind: 'report'; readonly report: CaptureReport }
  /** A filter that is wrong, or a browser that cannot do this. */
  | { readonly kind: 'failed'; readonly message: string };
