/** Network interfaces as a source: one or several, by whichever backend, one batch after the other as they come. */
import { createRecordBatch, type RecordBatch } from '../../../shared/packet-batch.ts';
import type { CaptureClock, SensorHealth } from '../../../shared/wire/messages.ts';
import { CaptureError, type CaptureSource, type CaptureStats } from '../capture-source.ts';
import { noInterfaceError } from './errors.ts';
import { ANY, interfaceNames } from './interface-state.ts';
import { LiveInterface } from './live-interface.ts';
import type { Backend } from './tap.ts';
import { Turn, Wake } from './wake.ts';

const MAX_NAME_CHARACTERS = 200;

export interface InterfaceSourceOptions {
  readonly interfaces: readonly string[];
  /** Tried in this order: another one only where a user may not capture with the one before. */
  readonly backends: readonly Backend[];
  readonly kernelFilter: string | null;
  readonly promiscuous: boolean;
  readonly log: (sentence: string) => void;
}

export class InterfaceSource implements CaptureSource {
  readonly kind = 'live';
  readonly name: string;
  readonly clock: CaptureClock = { mode: 'live', speed: 1 };
  readonly damage: string[] = [];
  readonly #options: InterfaceSourceOptions;
  readonly #wake = new Wake();
  #interfaces: LiveInterface[] = [];
  #stopped = false;

  constructor(options: InterfaceSourceOptions) {
    this.#options = options;
    this.name = options.interfaces.join(', ').slice(0, MAX_NAME_CHARACTERS);
  }

  /** A sensor of which one interface is blind is not well. */
  get link(): SensorHealth['link'] {
    return this.#interfaces.some(({ link }) => link === 'down') ? 'down' : 'up';
  }

  async open(): Promise<void> {
    const known = interfaceNames();
    const unknown = this.#options.interfaces.find((name) => name !== ANY && known.length > 0 && !known.includes(name));
    if (unknown !== undefined) throw noInterfaceError(unknown);
    try {
      for (const name of this.#options.interfaces) this.#interfaces.push(await this.#openInterface(name));
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  async #openInterface(interfaceName: string): Promise<LiveInterface> {
    const { backends, kernelFilter, promiscuous, log } = this.#options;
    let denied: unknown = null;
    for (const backend of backends) {
      const options = { interfaceName, kernelFilter, promiscuous, log, onReadable: this.#wake.call };
      try {
        return await LiveInterface.open(backend, options);
      } catch (error) {
        // tcpdump may have a right that this program has not.
        if (!(error instanceof CaptureError && error.code === 'CAPTURE_NO_PERMISSION')) throw error;
        denied = error;
      }
    }
    throw denied;
  }

  async *batches(): AsyncIterable<RecordBatch> {
    const batch = createRecordBatch();
    const turn = new Turn();
    try {
      for (;;) {
        let idle = true;
        for (const live of this.#interfaces) {
          batch.length = 0;
          if (live.read(batch) === 0) continue;
          idle = false;
          yield batch;
          await turn.pause();
        }
        const failed = this.#interfaces.find(({ failure }) => failure !== null);
        if (failed !== undefined) throw failed.failure;
        if (this.#interfaces.every(({ done }) => done)) return;
        if (idle) await this.#wake.wait();
      }
    } finally {
      this.#close();
    }
  }

  /** Sums over the interfaces; null where one of them does not tell. */
  stats(): CaptureStats {
    const all = this.#interfaces.map((live) => live.stats());
    const sum = (name: keyof CaptureStats) => {
      const values = all.map((stats) => stats[name] ?? null);
      return values.includes(null) ? null : (values as number[]).reduce((total, value) => total + value, 0);
    };
    return {
      received: sum('received'),
      droppedByKernel: sum('droppedByKernel'),
      droppedByInterface: sum('droppedByInterface'),
      rxPackets: sum('rxPackets'),
      lostInCrash: sum('lostInCrash'),
      crashes: sum('crashes') ?? 0,
    };
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const live of this.#interfaces) live.stop();
    this.#wake.call();
  }

  #close(): void {
    for (const live of this.#interfaces) live.close();
  }
}
