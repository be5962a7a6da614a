/** The simulator as a source: its packets are bytes of a capture, made when their time has come, and take the same path as any. */
import { setTimeout as sleep } from 'node:timers/promises';
import { formatPrefix } from '../../shared/address.ts';
import { type CommandArguments, integerOption, textOption } from '../../shared/command.ts';
import { createRecordBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import type { CaptureClock, Place } from '../../shared/wire/messages.ts';
import { loadScenario } from '../simulate/load.ts';
import type { Scenario } from '../simulate/scenario.ts';
import { createSimulation, type Simulation } from '../simulate/simulation.ts';
import type { CaptureSource, CaptureStats } from './capture-source.ts';
import { AnyCaptureReader } from './readers/index.ts';

const STEP_MILLISECONDS = 40;
const PIECE_BYTES = 1 << 20;

export class SimulationSource implements CaptureSource {
  readonly kind = 'simulated';
  readonly name: string;
  readonly clock: CaptureClock = { mode: 'live', speed: 1 };
  readonly link = 'none';
  readonly damage: readonly string[] = [];
  readonly place: Place;
  readonly prefixes: string[];
  readonly #start = Date.now() / 1000;
  readonly #simulation: Simulation;
  readonly #abort = new AbortController();

  constructor(scenario: Scenario, seed: number, packetsPerSecond?: number) {
    this.name = scenario.name;
    this.place = scenario.place;
    this.prefixes = scenario.prefixes.map(formatPrefix);
    this.#simulation = createSimulation({
      scenario,
      seed,
      startSeconds: this.#start,
      ...(packetsPerSecond === undefined ? {} : { packetsPerSecond }),
    });
  }

  /** From `--scenario`, `--seed` and `--rate`. Throws UsageError and ScenarioError. */
  static async fromOptions(given: CommandArguments): Promise<SimulationSource> {
    const seed = integerOption(given, 'seed', 0, 2 ** 31) ?? 1;
    const rate = integerOption(given, 'rate', 1, 1_000_000);
    return new SimulationSource(await loadScenario(textOption(given, 'scenario')), seed, rate);
  }

  async open(): Promise<void> {}

  async *batches(): AsyncIterable<RecordBatch> {
    const reader = new AnyCaptureReader();
    const batch = createRecordBatch();
    const piece = new Uint8Array(PIECE_BYTES);
    reader.push(this.#simulation.header);
    while (!this.#abort.signal.aborted) {
      const length = this.#simulation.fill(piece, Date.now() / 1000 - this.#start);
      if (length === 0)
        await sleep(STEP_MILLISECONDS, undefined, { signal: this.#abort.signal }).catch(() => undefined);
      reader.push(piece.subarray(0, length));
      for (batch.length = 0; reader.read(batch) > 0; batch.length = 0) yield batch;
    }
  }

  stats(): CaptureStats {
    return { received: null, droppedByKernel: null, droppedByInterface: null };
  }

  stop(): void {
    this.#abort.abort();
  }
}
