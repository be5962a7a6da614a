/** The capture formats there are, and the reader that finds out which one it has. */
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import { ByteWindow } from './byte-window.ts';
import type { CaptureFormat, CaptureFormatName, CaptureReader } from './capture-reader.ts';
import { erf } from './erf.ts';
import { pcap } from './pcap.ts';
import { pcapng } from './pcapng.ts';

export const captureFormats: readonly CaptureFormat[] = [pcap, pcapng, erf];

/** The format of what begins at `start`; null when it is none of ours, undefined when more bytes are needed to tell. */
export function findFormat(view: DataView, start: number, length: number): CaptureFormat | null | undefined {
  const found = captureFormats.find(({ headBytes, recognises }) => length >= headBytes && recognises(view, start));
  return found ?? (captureFormats.some(({ headBytes }) => length < headBytes) ? undefined : null);
}

/** Reads a capture of any known format from chunks of any size. */
export class AnyCaptureReader implements CaptureReader {
  readonly window = new ByteWindow();
  format: CaptureFormatName | null = null;
  #reader: CaptureReader | null = null;
  #damage: string | null = null;

  get damage(): string | null {
    return this.#damage ?? this.#reader?.damage ?? null;
  }

  /** Copies a chunk in, unless nothing more is read; a caller that can read into place uses `window` itself. */
  push(chunk: Uint8Array): void {
    if (this.damage !== null) return;
    this.window.reserve(chunk.length).set(chunk);
    this.window.arrived(chunk.length);
  }

  read(batch: RecordBatch): number {
    if (this.#reader === null && !this.#recognise()) return 0;
    return this.#reader!.read(batch);
  }

  #recognise(): boolean {
    const { view, start, length } = this.window;
    if (this.#damage !== null) return false;
    const format = findFormat(view, start, length);
    if (format === undefined) return false;
    if (format === null) {
      this.#damage = 'this is no capture file: it begins as none of pcap, pcapng and ERF does';
      return false;
    }
    this.format = format.name;
    this.#reader = format.open(this.window);
    return true;
  }

  end(): string | null {
    if (this.#damage !== null) return this.#damage;
    if (this.#reader !== null) return this.#reader.end();
    return this.window.length === 0 ? 'the file is empty' : 'this is no capture file: it is shorter than any header';
  }
}
