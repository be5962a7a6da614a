/** libpcap in a thread of our own process, through the addon: blocks of records, read where they lie. */
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import { CaptureError } from '../capture-source.ts';
import {
  type Addon,
  type AddonErrorCode,
  BLOCK_BYTES,
  BLOCKS,
  type CaptureHandle,
  loadAddon,
} from '../native/addon.ts';
import { AnyCaptureReader } from '../readers/index.ts';
import { deniedError, downError, noInterfaceError } from './errors.ts';
import {
  type Backend,
  BUFFER_BYTES,
  SNAP_BYTES,
  type Tap,
  type TapCounts,
  type TapEnd,
  type TapOptions,
} from './tap.ts';

/** The kernel hands a block of its ring over when it is full, or so long after its first packet. */
const TIMEOUT_MILLISECONDS = 10;

export function nativeBackend(file?: string): Backend {
  return {
    name: 'native',
    counts: true,
    unavailable() {
      try {
        return loadAddon(file) === null ? 'it is not built: npm run build:capture' : null;
      } catch (error) {
        return `it cannot be loaded (${(error as Error).message}); build it again: npm run build:capture`;
      }
    },
    async open(options) {
      return NativeTap.open(loadAddon(file)!, options);
    },
  };
}

export class NativeTap implements Tap {
  end: TapEnd | null = null;
  readonly #addon: Addon;
  readonly #capture: CaptureHandle;
  readonly #reader = new AnyCaptureReader();
  readonly #blocks: readonly { bytes: Uint8Array<ArrayBuffer>; view: DataView<ArrayBuffer> }[];
  readonly #counts = new Float64Array(5);
  #released = 0;
  /** The block numbered `#released` is being read. */
  #taken = false;
  #stopped = false;

  /** Throws CaptureError. */
  static open(addon: Addon, options: TapOptions): NativeTap {
    const { kernelFilter, interfaceName } = options;
    try {
      return new NativeTap(addon, options, kernelFilter ?? '');
    } catch (error) {
      if (kernelFilter === null || codeOf(error) !== 'FILTER') throw asCaptureError(error, interfaceName);
    }
    try {
      return new NativeTap(addon, options, '');
    } catch (error) {
      throw asCaptureError(error, interfaceName);
    }
  }

  private constructor(addon: Addon, { interfaceName, promiscuous, onReadable }: TapOptions, filter: string) {
    const memory = new ArrayBuffer(BLOCKS * BLOCK_BYTES);
    this.#addon = addon;
    this.#blocks = Array.from({ length: BLOCKS }, (_, block) => ({
      bytes: new Uint8Array(memory, block * BLOCK_BYTES, BLOCK_BYTES),
      view: new DataView(memory, block * BLOCK_BYTES, BLOCK_BYTES),
    }));
    this.#capture = addon.open(
      interfaceName,
      filter,
      SNAP_BYTES,
      BUFFER_BYTES,
      TIMEOUT_MILLISECONDS,
      promiscuous,
      memory,
      onReadable,
    );
  }

  read(batch: RecordBatch): number {
    while (this.end === null) {
      const records = this.#reader.read(batch);
      if (records > 0) return records;
      if (this.#taken) this.#release();
      const bytes = this.#addon.take(this.#capture);
      if (bytes === 0) return 0;
      if (bytes < 0) this.#finish();
      else this.#lend(bytes);
    }
    return 0;
  }

  #lend(bytes: number): void {
    const block = this.#blocks[this.#released % BLOCKS]!;
    this.#reader.window.lend(block.bytes, block.view, bytes);
    this.#taken = true;
  }

  #release(): void {
    this.#addon.release(this.#capture);
    this.#released++;
    this.#taken = false;
  }

  #finish(): void {
    const error = this.#addon.error(this.#capture);
    this.end = { sentence: error ?? (this.#stopped ? 'it was stopped' : 'it ended'), crashed: false };
    this.close();
  }

  /** What libpcap itself left out (on a loopback, each packet once) is in its count of received packets, and in no other. */
  counts(): TapCounts {
    this.#addon.counts(this.#capture, this.#counts);
    const [received = 0, droppedByKernel = 0, droppedByInterface = 0, delivered = 0, drained = 0] = this.#counts;
    return {
      received: drained === 1 ? delivered + droppedByKernel : received,
      droppedByKernel,
      droppedByInterface,
    };
  }

  stop(): void {
    this.#stopped = true;
    this.#addon.stop(this.#capture);
  }

  /** What was handed over and not read is left behind, and counts so. */
  close(): void {
    this.end ??= { sentence: 'it was given up', crashed: false };
    this.#addon.close(this.#capture);
  }
}

function codeOf(error: unknown): AddonErrorCode {
  return (error as { code?: AddonErrorCode }).code ?? 'FAILED';
}

function asCaptureError(error: unknown, interfaceName: string): CaptureError {
  switch (codeOf(error)) {
    case 'DENIED':
      return deniedError(interfaceName, 'native', error);
    case 'NO_DEVICE':
      return noInterfaceError(interfaceName);
    case 'DOWN':
      return downError(interfaceName);
    default:
      return new CaptureError(
        'CAPTURE_ENDED',
        `Packets of ${interfaceName} cannot be had: ${(error as Error).message || 'libpcap gives no reason'}.`,
        { cause: error },
      );
  }
}
