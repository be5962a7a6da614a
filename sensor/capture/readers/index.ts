/** The capture formats there are, and the reader that finds out which one it has. */
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import { ByteWindow } from './byte-window.ts';
import type { CaptureFormat, CaptureReader } from './capture-reader.ts';
import { pcap } from './pcap.ts';
import { pcapng } from './pcapng.ts';

export const captureFormats: readonly CaptureFormat[] = [pcap, pcapng];

/** Reads a capture of any known format from chunks of any size. */
export class AnyCaptureReader implements CaptureReader {
  readonly window = new ByteWindow();
  format: CaptureFormat['name'] | null = null;
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
    if (length < 4 || this.#damage !== null) return false;
    const magic = view.getUint32(start, true);
    const format = captureFormats.find((candidate) => candidate.recognises(magic));
    if (!format) {
      this.#damage = 'this is no capture file: it begins neither as pcap nor as pcapng does';
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
