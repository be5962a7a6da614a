/** Which streak the pointer is on: the nearest of those that fly, within a few pixels of spark or trail. */
import { type Camera, Matrix4, Vector3 } from 'three';
import { FLIGHT_SECONDS } from '../layers/streak-uniforms.ts';
import type { StreakColours } from './streak-colours.ts';
import type { StreakRing } from './streak-ring.ts';
import { type StreakTwin, WAY_NUMBERS } from './streak-twin.ts';

const NEAR_PIXELS = 11;
/** A trail reaches no further from its spark than this; what is further away is not looked at closely. */
const TRAIL_PIXELS = 320;
/** Places along the trail behind the spark, as shares of the way. */
const TRAIL = [0.08, 0.16, 0.24] as const;

export interface Aim {
  /** In CSS pixels of a canvas of this size. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly now: number;
  readonly mask: number;
  /** Nothing flies: streaks glow where they leave. */
  readonly still: boolean;
}

export class StreakPointer {
  readonly #ring: StreakRing;
  readonly #ways: Float32Array;
  /** Launch of the streak whose way stands in a slot. */
  readonly #known: Float64Array;
  readonly #place = new Vector3();
  readonly #projection = new Matrix4();
  #twin: StreakTwin | null = null;
  #version = -1;

  constructor(ring: StreakRing) {
    this.#ring = ring;
    this.#ways = new Float32Array(ring.capacity * WAY_NUMBERS);
    this.#known = new Float64Array(ring.capacity).fill(Number.NaN);
  }

  /** The slot, or null when there is none near the pointer. */
  find(twin: StreakTwin, camera: Camera, colours: StreakColours, aim: Aim): number | null {
    if (twin !== this.#twin || twin.version !== this.#version) this.#known.fill(Number.NaN);
    this.#twin = twin;
    this.#version = twin.version;
    this.#projection.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    const ring = this.#ring;
    let closest = NEAR_PIXELS;
    let found: number | null = null;
    for (let slot = 0; slot < ring.used; slot++) {
      const progress = (aim.now - ring.launchOf(slot)) / FLIGHT_SECONDS;
      if (progress < 0 || progress > 1.3 || ((aim.mask >> colours.categoryOf(ring, slot)) & 1) === 0) continue;
      if (!twin.shows(ring, slot)) continue;
      const distance = this.#distance(twin, camera, slot, aim.still ? 0 : progress, aim);
      if (distance >= closest) continue;
      closest = distance;
      found = slot;
    }
    return found;
  }

  #distance(twin: StreakTwin, camera: Camera, slot: number, progress: number, aim: Aim): number {
    if (this.#known[slot] !== this.#ring.launchOf(slot)) {
      twin.way(this.#ring, slot, this.#ways, slot * WAY_NUMBERS);
      this.#known[slot] = this.#ring.launchOf(slot);
    }
    let closest = this.#pixels(twin, camera, slot, Math.min(1, progress), aim);
    if (closest > TRAIL_PIXELS || aim.still) return closest;
    for (const behind of TRAIL) {
      const share = progress - behind;
      if (share > 0 && share < 1) closest = Math.min(closest, this.#pixels(twin, camera, slot, share, aim));
    }
    return closest;
  }

  /** Between the pointer and a place on the way; infinite for what is hidden or behind the eye. */
  #pixels(twin: StreakTwin, camera: Camera, slot: number, share: number, aim: Aim): number {
    const place = this.#place;
    twin.place(this.#ring, slot, this.#ways, slot * WAY_NUMBERS, share, place);
    const hidden = twin.hides(place, camera.position);
    place.applyMatrix4(this.#projection);
    if (hidden || place.z > 1) return Number.POSITIVE_INFINITY;
    return Math.hypot((place.x * 0.5 + 0.5) * aim.width - aim.x, (0.5 - place.y * 0.5) * aim.height - aim.y);
  }
}
