/** A batch for all viewers, made and encoded once for each kind of them: those who may see targets, and the others. */
import { encodeFrame } from '../../shared/wire/frame.ts';
import { type StreakBatch, streaksToFrame } from '../../shared/wire/streaks.ts';
import { nodePlatform } from '../ingest/platform.ts';
import { sampleStreaks } from './streak-maker.ts';

export class SharedStreaks {
  readonly #masked: StreakBatch;
  /** Addresses of the rows' targets. */
  readonly #targets: Uint32Array;
  #maskedBytes: Uint8Array | null = null;
  #openBytes: Uint8Array | null = null;

  constructor(masked: StreakBatch, targets: Uint32Array) {
    this.#masked = masked;
    this.#targets = targets;
  }

  get length(): number {
    return this.#masked.length;
  }

  /** The frame of all rows. */
  bytes(withTargets: boolean): Uint8Array {
    if (!withTargets) {
      this.#maskedBytes ??= encode(this.#masked);
      return this.#maskedBytes;
    }
    this.#openBytes ??= encode(this.#open());
    return this.#openBytes;
  }

  /** The frame of a fair sample of the rows, which is another for each viewer. */
  sampleBytes(rows: number, withTargets: boolean): Uint8Array {
    return encode(sampleStreaks(withTargets ? this.#open() : this.#masked, rows));
  }

  #open(): StreakBatch {
    return { ...this.#masked, target: this.#targets };
  }
}

function encode(streaks: StreakBatch): Uint8Array {
  return encodeFrame(streaksToFrame(streaks, 0), { platform: nodePlatform });
}
