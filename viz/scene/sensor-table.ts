/** The sensors by a small number, so that a streak needs one byte to say where it lands; their places as a texture. */
import { DataTexture, FloatType, RGBAFormat } from 'three';
import type { SensorView } from '../../shared/wire/messages.ts';
import { unitVector, type Vector } from './sphere.ts';
import { MOST_SENSORS } from './streak-words.ts';

/** Where a sensor without a place is drawn. */
export const NO_PLACE: Vector = unitVector(0, 0);

/** Where a sensor is drawn: at 0°N 0°E when its place is not set, and its label says so. */
export function sensorPlace({ place }: Pick<SensorView, 'place'>): Vector {
  return place ? unitVector(place.latitude, place.longitude) : NO_PLACE;
}

export class SensorTable {
  readonly #places = new Float32Array(MOST_SENSORS * 4);
  readonly texture = new DataTexture(this.#places, MOST_SENSORS, 1, RGBAFormat, FloatType);
  readonly #indices = new Map<number, number>();
  /** Changes when a sensor has another place. */
  version = 0;

  constructor() {
    for (let index = 0; index < MOST_SENSORS; index++) this.#places.set(NO_PLACE, index * 4);
    this.texture.needsUpdate = true;
  }

  /**
   * Flows may come before what is known of their sensor: its index is its own from the first one on, and they land where it
   * is once that is told. Index 0, which has no place, stands for those that are too many.
   */
  indexOf(id: number): number {
    const known = this.#indices.get(id);
    if (known !== undefined) return known;
    const index = this.#indices.size + 1;
    if (index >= MOST_SENSORS) return 0;
    this.#indices.set(id, index);
    return index;
  }

  #put(index: number, place: Vector): void {
    const before = this.placeOf(index);
    if (place.every((part, axis) => Math.fround(part) === before[axis])) return;
    this.#places.set(place, index * 4);
    this.texture.needsUpdate = true;
    this.version += 1;
  }

  placeOf(index: number): Vector {
    const at = index * 4;
    return [this.#places[at]!, this.#places[at + 1]!, this.#places[at + 2]!];
  }

  update(sensors: readonly Pick<SensorView, 'id' | 'place'>[]): void {
    for (const sensor of sensors) {
      const index = this.indexOf(sensor.id);
      if (index > 0) this.#put(index, sensorPlace(sensor));
    }
  }
}
