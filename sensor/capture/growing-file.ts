/** A capture file that somebody still writes: its records as they come, and what became of it. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { createRecordBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import { CaptureError } from './capture-source.ts';
import { compressionNotRead, findDecompression } from './decompress/index.ts';
import { fileError } from './open-bytes.ts';
import { AnyCaptureReader, findFormat } from './readers/index.ts';

const CHUNK_BYTES = 1 << 20;
/** Enough to tell any format and any compression. */
const HEAD_BYTES = 16;

export class GrowingFile {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #reader = new AnyCaptureReader();
  readonly #batch = createRecordBatch();
  #position = 0;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** Throws CaptureError. */
  static async open(path: string): Promise<GrowingFile> {
    const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
      throw fileError(path, cause);
    });
    const growing = new GrowingFile(path, file);
    try {
      await growing.#refuseOthers();
      return growing;
    } catch (cause) {
      await file.close();
      throw cause instanceof CaptureError ? cause : fileError(path, cause as NodeJS.ErrnoException);
    }
  }

  /** A file whose first bytes are still to come may become anything. */
  async #refuseOthers(): Promise<void> {
    const head = new DataView(new ArrayBuffer(HEAD_BYTES));
    const { bytesRead } = await this.#file.read(head, 0, HEAD_BYTES, 0);
    const magic = head.getUint32(0, true);
    if (findDecompression(magic) !== null || compressionNotRead(magic, this.path) !== null)
      throw new CaptureError(
        'CAPTURE_FOLLOW',
        `${this.path} is compressed, and what grows is not followed through a compression: let it be written as it is.`,
      );
    if (findFormat(head, 0, bytesRead) === null)
      throw new CaptureError(
        'CAPTURE_NOT_A_CAPTURE',
        `${this.path} cannot be followed: it begins as none of pcap, pcapng and ERF does. Name a capture file.`,
      );
  }

  /** Why nothing more can be read whatever comes, or null. */
  get damage(): string | null {
    return this.#reader.damage;
  }

  /** The next records, or null when there are no more for now. The batch is valid until the next call. */
  async next(): Promise<RecordBatch | null> {
    const batch = this.#batch;
    batch.length = 0;
    while (this.#reader.read(batch) === 0) {
      if (this.#reader.damage !== null || !(await this.#fill())) return null;
    }
    return batch;
  }

  async #fill(): Promise<boolean> {
    const room = this.#reader.window.reserve(CHUNK_BYTES);
    const { bytesRead } = await this.#file.read(room, 0, room.length, this.#position);
    this.#reader.window.arrived(bytesRead);
    this.#position += bytesRead;
    return bytesRead > 0;
  }

  /** Whether what was read is still what the path names. A path that names nothing, for now, is no change. */
  async change(): Promise<'none' | 'cut' | 'replaced'> {
    const ours = await this.#file.stat();
    if (ours.size < this.#position) return 'cut';
    const named = await stat(this.path).catch(() => null);
    return named === null || (named.ino === ours.ino && named.dev === ours.dev) ? 'none' : 'replaced';
  }

  /** Nothing more will come: the sentence for what is left over, or null. */
  end(): string | null {
    return this.#reader.damage ?? this.#reader.end();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
