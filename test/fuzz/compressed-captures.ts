/** Compressed captures with changes in the compressed bytes: an error of ours or a sentence, and what came out is a capture like any other. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { CaptureFile } from '../../sensor/capture/capture-file.ts';
import { CaptureError } from '../../sensor/capture/capture-source.ts';
import { zstdFrame } from '../support/zstd-bytes.ts';
import type { FuzzedEngine } from './fuzzed-engine.ts';
import { mutate } from './mutations.ts';
import type { FuzzRandom } from './random.ts';

const MAX_BATCHES = 10_000;
const MAX_BYTES = 1 << 17;
const MAX_OUTPUT_BYTES = 1 << 26;

export class CompressedCaptures {
  readonly #folder = mkdtempSync(join(tmpdir(), 'kurayami-fuzz-'));

  /** Bytes as they would lie in a file; now and then two files in a row, or one compressed twice. */
  make(bytes: Uint8Array, other: Uint8Array, random: FuzzRandom): Uint8Array {
    const compress = (content: Uint8Array) => new Uint8Array(random.oneIn(2) ? gzipSync(content) : zstdFrame(content));
    const compressed = random.oneIn(12) ? compress(compress(bytes)) : compress(bytes);
    return random.oneIn(10)
      ? compressed
      : mutate(compressed, random.oneIn(2) ? compress(other) : other, random, MAX_BYTES);
  }

  async check(bytes: Uint8Array, engine: FuzzedEngine): Promise<void> {
    const path = join(this.#folder, 'capture');
    writeFileSync(path, bytes);
    const file = new CaptureFile(path);
    try {
      await file.open();
      let batches = 0;
      for (let records = await file.next(); records !== null; records = await file.next()) {
        if (++batches > MAX_BATCHES) throw new Error('there is no end to it');
        engine.checkRecords(records);
      }
      if (file.format === null && file.damage === null) throw new Error('neither a format nor damage');
      if (file.damage === null && isDamagedGzip(bytes)) throw new Error('damaged gzip passes for whole');
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
    } finally {
      await file.close();
    }
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What zlib says of all the bytes at once. Other compressions are not known to Node. */
function isDamagedGzip(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return false;
  try {
    gunzipSync(bytes, { maxOutputLength: MAX_OUTPUT_BYTES });
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE';
  }
}
