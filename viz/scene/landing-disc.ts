/** Where in the disc around a sensor each slot of the darknet lies: the same as `landing` in shaders/atlas-path.ts, as a table. */
import { LANDING_DEGREES } from '../layers/sensor-marks.ts';
import type { SensorTable } from './sensor-table.ts';
import type { Vector } from './sphere.ts';
import { MOST_SENSORS } from './streak-words.ts';

const GOLDEN_TURN = 0.38196601;
const SLOTS = 65_536;
/** Towards the middle, east and north. */
const AXES = 3;

export class LandingDisc {
  readonly #slots = new Float32Array(SLOTS * AXES);
  /** The three directions of each sensor's disc. */
  readonly #discs = new Float32Array(MOST_SENSORS * AXES * AXES);
  readonly #sensors: SensorTable;
  #version = -1;

  constructor(sensors: SensorTable) {
    this.#sensors = sensors;
    for (let slot = 0; slot < SLOTS; slot++) {
      const away = ((LANDING_DEGREES * Math.PI) / 180) * Math.sqrt((slot + 0.5) / SLOTS);
      const turn = ((slot * GOLDEN_TURN) % 1) * 2 * Math.PI;
      this.#slots[slot * AXES] = Math.cos(away);
      this.#slots[slot * AXES + 1] = Math.sin(away) * Math.cos(turn);
      this.#slots[slot * AXES + 2] = Math.sin(away) * Math.sin(turn);
    }
  }

  /** Writes the place on the unit sphere at `at`. */
  place(sensor: number, slot: number, into: Float32Array, at: number): void {
    if (this.#version !== this.#sensors.version) this.#turnDiscs();
    const [discs, slots] = [this.#discs, this.#slots];
    const disc = sensor * AXES * AXES;
    const middle = slots[slot * AXES]!;
    const east = slots[slot * AXES + 1]!;
    const north = slots[slot * AXES + 2]!;
    for (let axis = 0; axis < AXES; axis++)
      into[at + axis] = middle * discs[disc + axis]! + east * discs[disc + 3 + axis]! + north * discs[disc + 6 + axis]!;
  }

  #turnDiscs(): void {
    this.#version = this.#sensors.version;
    for (let index = 0; index < MOST_SENSORS; index++) {
      const middle = this.#sensors.placeOf(index);
      const [x, y, z] = middle;
      const east: Vector = Math.abs(y) < 0.9 ? [z, 0, -x] : [0, -z, y];
      const length = Math.hypot(...east);
      const [u, v, w] = [east[0] / length, east[1] / length, east[2] / length];
      const at = index * AXES * AXES;
      this.#discs.set(middle, at);
      this.#discs.set([u, v, w], at + 3);
      this.#discs.set([y * w - z * v, z * u - x * w, x * v - y * u], at + 6);
    }
  }
}
