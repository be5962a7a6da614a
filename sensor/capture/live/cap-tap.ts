/**
 * npm's `cap` in a process of its own, for who wants it: see docs/capture.md. It knows no times of packets and no drops,
 * and aborts its process when the link goes down; here that is a child that is started anew.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { RecordBatch } from '../../../shared/packet-batch.ts';
import { CaptureError } from '../capture-source.ts';
import { deniedError, downError, noInterfaceError } from './errors.ts';
import { PcapChild } from './pcap-child.ts';
import { type Backend, SNAP_BYTES, type Tap, type TapCounts, type TapEnd, type TapOptions } from './tap.ts';

/** Its ring has places of 64 KiB, however small the packets: of fewer there would be a stall's worth of milliseconds. */
const CAP_BUFFER_BYTES = 256 << 20;
const program = fileURLToPath(new URL('cap-child.js', import.meta.url));

export const capBackend: Backend = {
  name: 'cap',
  counts: false,
  unavailable() {
    if (!existsSync(program)) return 'it runs in the compiled program only: npm run build';
    try {
      createRequire(import.meta.url).resolve('cap');
      return null;
    } catch {
      return 'the package is not installed: npm install --no-save cap (with g++, make, python3 and libpcap-dev at hand)';
    }
  },
  open: (options) => CapTap.open(options),
};

class CapTap implements Tap {
  end: TapEnd | null = null;
  readonly #child: PcapChild;

  /** Throws CaptureError. */
  static async open(options: TapOptions): Promise<CapTap> {
    const { interfaceName, kernelFilter, log } = options;
    for (const filter of kernelFilter === null ? [''] : [kernelFilter, '']) {
      const words = [program, interfaceName, filter, String(CAP_BUFFER_BYTES), String(SNAP_BYTES)];
      const child = new PcapChild(process.execPath, words, options);
      if (await child.started()) {
        log(
          `${interfaceName}: cap does not tell when packets came; they have the time at which they reached this program`,
        );
        return new CapTap(child);
      }
      if (filter === '' || !/filter/i.test(child.stderr)) throw failureOf(child, interfaceName);
    }
    throw new Error('not reached');
  }

  private constructor(child: PcapChild) {
    this.#child = child;
  }

  read(batch: RecordBatch): number {
    const records = this.#child.read(batch);
    const { exit, damage, lastWords } = this.#child;
    if (records === 0 && damage !== null) this.close();
    if (records === 0 && exit !== null) {
      const how = exit.signal === null ? lastWords || `code ${exit.code}` : `by ${exit.signal}`;
      this.end = { sentence: `cap’s process ended: ${how}`, crashed: exit.code !== 0 };
    }
    return records;
  }

  counts(): TapCounts {
    return { received: null, droppedByKernel: null, droppedByInterface: null };
  }

  stop(): void {
    this.#child.signal('SIGTERM');
  }

  close(): void {
    this.#child.signal('SIGKILL');
  }
}

function failureOf({ stderr, lastWords }: PcapChild, interfaceName: string): CaptureError {
  if (/permi(?:ssion|tted)/i.test(stderr)) return deniedError(interfaceName, 'cap');
  if (/no such device|doesn't exist/i.test(stderr)) return noInterfaceError(interfaceName);
  if (/not up|network is down/i.test(stderr)) return downError(interfaceName);
  return new CaptureError('CAPTURE_ENDED', `cap on ${interfaceName} ended: ${lastWords || 'it said nothing'}.`);
}
