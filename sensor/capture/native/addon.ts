/** The compiled addon, and what its functions take: see addon.c. It is built by `npm run build:capture`, and need not be there. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export const BLOCKS = 8;
export const BLOCK_BYTES = 1 << 20;

declare const handle: unique symbol;
export type CaptureHandle = { readonly [handle]: never };

/** Of errors that `open` throws: may not, no such interface, interface is down, filter not taken, anything else. */
export type AddonErrorCode = 'DENIED' | 'NO_DEVICE' | 'DOWN' | 'FILTER' | 'FAILED';

export interface Addon {
  /** `memory`: BLOCKS blocks of BLOCK_BYTES. `onReady` is called when there is something to take, or the end has come. */
  open(
    interfaceName: string,
    filter: string,
    snapBytes: number,
    bufferBytes: number,
    timeoutMilliseconds: number,
    promiscuous: boolean,
    memory: ArrayBuffer,
    onReady: () => void,
  ): CaptureHandle;
  /** Bytes in the block whose number is that of blocks released so far, modulo BLOCKS; 0: none now; -1: the end. */
  take(capture: CaptureHandle): number;
  release(capture: CaptureHandle): void;
  /** Fills in: received, dropped by the kernel, dropped by the interface, delivered, and 1 once all that was received was delivered. */
  counts(capture: CaptureHandle, into: Float64Array): void;
  /** Why it ended by itself, or null. */
  error(capture: CaptureHandle): string | null;
  /** Nothing new is let in; the rest can still be taken, then comes the end. */
  stop(capture: CaptureHandle): void;
  /** Ends it at once. */
  close(capture: CaptureHandle): void;
}

/** Beside the compiled program. */
const builtFile = fileURLToPath(new URL('capture.node', import.meta.url));

/** Null where it was not built. Throws where it cannot be loaded: built for another system, or without its libpcap. */
export function loadAddon(file = builtFile): Addon | null {
  return existsSync(file) ? (createRequire(import.meta.url)(file) as Addon) : null;
}
