/** One capture, from its first byte to its last, wherever its bytes come from. */
import { createRecordBatch, type RecordBatch } from '../../../shared/packet-batch.ts';
import type { CaptureFormatName } from '../readers/capture-reader.ts';
import { AnyCaptureReader } from '../readers/index.ts';
import type { ByteSource } from './byte-source.ts';
import type { CompressionName } from './compressions.ts';
import type { RawBytes } from './raw-bytes.ts';

export interface CaptureOpener {
  openRaw(): Promise<RawBytes>;
  openBytes(raw: RawBytes): Promise<ByteSource>;
}

export class Capture {
  readonly #opener: CaptureOpener;
  readonly #reader = new AnyCaptureReader();
  readonly #batch = createRecordBatch();
  #raw: RawBytes | null = null;
  #bytes: ByteSource | null = null;
  #atEnd = false;
  #byteDamage: string | null = null;

  constructor(opener: CaptureOpener) {
    this.#opener = opener;
  }

  get format(): CaptureFormatName | null {
    return this.#reader.format;
  }

  get compression(): CompressionName | null {
    return this.#bytes?.compression ?? null;
  }

  /** Why not all of the capture could be read, or null. Final once `next` returned null. */
  get damage(): string | null {
    return this.#byteDamage ?? this.#reader.damage ?? (this.#atEnd ? this.#reader.end() : null);
  }

  /** Where in the uncompressed bytes that lies which `next` has not handed on yet. */
  get position(): number {
    const { arrivedBytes, length } = this.#reader.window;
    return arrivedBytes - length;
  }

  /** Throws what the opener throws. */
  async open(): Promise<void> {
    this.#raw = await this.#opener.openRaw();
    this.#bytes = await this.#opener.openBytes(this.#raw);
  }

  /** The next records, or null at the end. The batch is valid until the next call. */
  async next(): Promise<RecordBatch | null> {
    const batch = this.#batch;
    batch.length = 0;
    for (;;) {
      if (this.#reader.read(batch) > 0) return batch;
      if (this.#reader.damage !== null || this.#atEnd) return null;
      this.#atEnd = !(await this.#fill());
    }
  }

  async #fill(): Promise<boolean> {
    try {
      return await this.#bytes!.fill(this.#reader.window);
    } catch (error) {
      this.#byteDamage = (error as Error).message;
      return false;
    }
  }

  /** An `open` or a `next` that still waits for bytes ends: there are no more. */
  async close(): Promise<void> {
    await (this.#bytes ?? this.#raw)?.close();
  }
}
