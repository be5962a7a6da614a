/** What is in the air: the streaks, when they start, and the ledger that accounts for each of them. */
import type { StreakBatch } from '../shared/wire/streaks.ts';
import { LaunchPlan } from './feed/launch-plan.ts';
import { PageLedger } from './feed/page-ledger.ts';
import type { SceneClock, SecondsSource } from './feed/scene-clock.ts';
import { LIFE_SECONDS } from './layers/streak-uniforms.ts';
import type { ReplayPlan } from './replay/replay-plan.ts';
import type { SensorTable } from './scene/sensor-table.ts';
import { factsOf, type StreakFacts } from './scene/streak-facts.ts';
import { StreakRing } from './scene/streak-ring.ts';
import { launchRows, type StreakTarget, writeStreaks } from './scene/streak-writer.ts';

export interface AirOptions {
  /** Streaks that there is room for. */
  readonly capacity: number;
  readonly sensors: SensorTable;
  readonly clock: SceneClock;
  /** Whether pictures are made. */
  readonly isDrawing: () => boolean;
}

export class Air {
  readonly ring: StreakRing;
  /** When live flows start. */
  readonly plan = new LaunchPlan();
  readonly sensors: SensorTable;
  /** Of the live connection. */
  readonly liveLedger = new PageLedger();
  readonly #clock: SceneClock;
  readonly #isDrawing: () => boolean;
  /** Of what is in the air. */
  #ledger = this.liveLedger;
  #replayPlan: ReplayPlan | null = null;

  constructor({ capacity, sensors, clock, isDrawing }: AirOptions) {
    this.ring = new StreakRing(capacity, LIFE_SECONDS);
    this.sensors = sensors;
    this.#clock = clock;
    this.#isDrawing = isDrawing;
  }

  /** Flows of a replay fly. */
  get isReplay(): boolean {
    return this.#replayPlan !== null;
  }

  /** From now on what flies is another's: what is in the air is gone, and time begins anew. */
  restart(ledger: PageLedger, plan: ReplayPlan | null, source: SecondsSource): void {
    this.setClock(source);
    this.#ledger = ledger;
    this.#replayPlan = plan;
  }

  setClock(source: SecondsSource): void {
    this.clear();
    this.plan.reset();
    this.#clock.setSource(source);
  }

  clear(): void {
    this.#ledger.expired += this.ring.clear();
  }

  /** What came now flies soon. */
  takeLive(batch: StreakBatch): void {
    writeStreaks(batch, this.#target(this.plan, this.liveLedger), this.#clock.now());
  }

  /** Nobody sees these: they are counted, and no picture is owed for them later. */
  letLivePass({ length }: StreakBatch): void {
    this.liveLedger.received += length;
    this.liveLedger.expired += length;
  }

  /** Flows of a replay start. */
  launchRows(batch: StreakBatch, from: number, to: number): void {
    if (this.#isDrawing())
      launchRows(batch, from, to, this.#target(this.#replayPlan!, this.#ledger), this.#clock.now());
    else this.#ledger.expired += to - from;
  }

  settle(now: number): void {
    const { drawn, expired } = this.ring.settle(now);
    this.#ledger.drawn += drawn;
    this.#ledger.expired += expired;
  }

  /** No picture is made for now (hidden tab, lost graphics): what waits will not be seen. */
  dropUnseen(): void {
    if (this.#isDrawing()) this.plan.reset();
    else this.clear();
  }

  captureAt(now: number): number | null {
    return this.#replayPlan === null ? this.plan.captureAt(now) : this.#replayPlan.captureAt(now);
  }

  inFlight(): number {
    return this.ring.inFlight(this.#clock.now());
  }

  /** Facts of the streaks in the air, for tests. */
  flying(most: number): StreakFacts[] {
    const now = this.#clock.now();
    const slots = Array.from({ length: this.ring.used }, (_, slot) => slot);
    const alive = slots.filter((slot) => this.ring.isAlive(slot, now)).slice(0, most);
    return alive.map((slot) => factsOf(this.ring, slot));
  }

  launchedSince(sceneSeconds: number) {
    const now = this.#clock.now();
    return { now, captured: this.ring.capturedBetween(sceneSeconds, now) };
  }

  #target<Plan extends StreakTarget['plan']>(plan: Plan, ledger: PageLedger): StreakTarget<Plan> {
    return { ring: this.ring, plan, ledger, sensorIndex: (id) => this.sensors.indexOf(id) };
  }
}
