/** Zstandard (RFC 8878), of one frame or several, by the reference decoder in WebAssembly that the package zstddec carries. */
import { ZSTDDecoder } from 'zstddec/stream';
import type { Decompression } from '../bytes/compressions.ts';

const INPUT_BYTES = 1 << 16;
const OUTPUT_BYTES = 1 << 18;
/** Two structures of pointer, size and position: ZSTD_inBuffer and, behind it, ZSTD_outBuffer. */
const BUFFERS_BYTES = 24;

/** What the decoder exports, of which the package's own functions use only a part. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(bytes: number): number;
  free(pointer: number): void;
  ZSTD_createDCtx(): number;
  ZSTD_freeDCtx(context: number): void;
  /** 0 at the end of a frame, above 0 within one, below 0 for an error's code. */
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

export const zstd: Decompression = {
  name: 'zstd',
  async *decompress(compressed) {
    const frames = new Frames(await loadExports());
    try {
      for await (const chunk of compressed) {
        for (let at = 0; at < chunk.length; at += INPUT_BYTES)
          yield* frames.decompress(chunk.subarray(at, at + INPUT_BYTES));
      }
      if (frames.withinFrame) throw new Error('it ends within a frame');
    } finally {
      frames.free();
    }
  },
};

let loading: Promise<Exports> | null = null;

/**
 * The package's own generator of decompressed pieces goes on for ever where the input is damaged, and frees nothing when
 * it is left early. So its exports are called here; `_init` is where it is given them.
 */
function loadExports(): Promise<Exports> {
  loading ??= new Promise((resolve, reject) => {
    const decoder = new ZSTDDecoder();
    decoder._init = (result) => {
      ZSTDDecoder.prototype._init(result);
      resolve(result.instance.exports as unknown as Exports);
    };
    decoder.init().catch(reject);
  });
  return loading;
}

/** One stream of frames. All memory is the decoder's: two buffers, and at most 128 MiB for the window (its own limit). */
class Frames {
  withinFrame = false;
  readonly #zstd: Exports;
  readonly #context: number;
  readonly #input: number;
  readonly #output: number;
  readonly #buffers: number;

  constructor(zstd: Exports) {
    this.#zstd = zstd;
    this.#context = zstd.ZSTD_createDCtx();
    this.#input = zstd.malloc(INPUT_BYTES);
    this.#output = zstd.malloc(OUTPUT_BYTES);
    this.#buffers = zstd.malloc(BUFFERS_BYTES);
    if ([this.#context, this.#input, this.#output, this.#buffers].includes(0)) {
      this.free();
      throw new Error(sentenceOf(64));
    }
  }

  *decompress(input: Uint8Array): Iterable<Uint8Array> {
    const { memory } = this.#zstd;
    const outBuffer = this.#buffers + BUFFERS_BYTES / 2;
    new Uint8Array(memory.buffer).set(input, this.#input);
    let words = new DataView(memory.buffer);
    setBuffer(words, this.#buffers, this.#input, input.length);
    for (let read = 0, written = 0; read < input.length || (this.withinFrame && written === OUTPUT_BYTES); ) {
      setBuffer(words, outBuffer, this.#output, OUTPUT_BYTES);
      const state = this.#zstd.ZSTD_decompressStream(this.#context, outBuffer, this.#buffers);
      // The memory may have grown, which leaves older views without bytes.
      words = new DataView(memory.buffer);
      read = words.getUint32(this.#buffers + 8, true);
      written = words.getUint32(outBuffer + 8, true);
      if (written > 0) yield new Uint8Array(memory.buffer).slice(this.#output, this.#output + written);
      if (state < 0) throw new Error(sentenceOf(-state));
      this.withinFrame = state !== 0;
      // While this was waited for, others may have made the memory grow.
      words = new DataView(memory.buffer);
    }
  }

  free(): void {
    this.#zstd.ZSTD_freeDCtx(this.#context);
    for (const pointer of [this.#input, this.#output, this.#buffers]) this.#zstd.free(pointer);
  }
}

function setBuffer(words: DataView, at: number, pointer: number, size: number): void {
  words.setUint32(at, pointer, true);
  words.setUint32(at + 4, size, true);
  words.setUint32(at + 8, 0, true);
}

/** The codes of zstd_errors.h that a file can bring about. */
const sentences = new Map<number, string>([
  [10, 'something that is no frame follows'],
  [14, 'a frame uses what this decoder does not know'],
  [16, 'its window is larger than 128 MiB'],
  [22, 'a checksum is wrong'],
  [32, 'it needs a dictionary'],
  [64, 'there is not enough memory for its window'],
]);

function sentenceOf(code: number): string {
  return sentences.get(code) ?? `zstd error ${code}`;
}
