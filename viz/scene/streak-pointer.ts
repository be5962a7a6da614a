/** Which streak the pointer is on: the nearest of those that fly, within a few pixels of spark or trail. */
import { type Camera, Matrix4, type PerspectiveCamera, Vector3 } from 'three';
import { FLIGHT_SECONDS } from '../layers/streak-uniforms.ts';
import type { StreakColours } from './streak-colours.ts';
import type { StreakRing } from './streak-ring.ts';
import { type StreakTwin, WAY_NUMBERS } from './streak-twin.ts';

const NEAR_PIXELS = 11;
/** Places along the trail behind the spark, as shares of the way. */
const TRAIL = [0.08, 0.16, 0.24] as const;
const TRAIL_END = 0.24;
/** Perspective makes a trail that comes towards the eye longer at the picture's rim than in its middle. */
const RIM = 1.25;

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
  /** Pixels of the picture that a length of one takes at a depth of one. */
  #pixels = 1;
  /** Squared, in pixels: of what is nearest so far, and of the place that was looked at last, which lies so deep. */
  #closest = 0;
  #square = 0;
  #depth = 1;
  #twin: StreakTwin | null = null;
  #version = -1;

  constructor(ring: StreakRing) {
    this.#ring = ring;
    this.#ways = new Float32Array(ring.capacity * WAY_NUMBERS);
    this.#known = new Float64Array(ring.capacity).fill(Number.NaN);
  }

  /** The slot, or null when there is none near the pointer. */
  find(twin: StreakTwin, camera: PerspectiveCamera, colours: StreakColours, aim: Aim): number | null {
    if (twin !== this.#twin || twin.version !== this.#version) this.#known.fill(Number.NaN);
    this.#twin = twin;
    this.#version = twin.version;
    this.#projection.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    this.#pixels = (camera.projectionMatrix.elements[5]! * aim.height) / 2;
    this.#closest = NEAR_PIXELS ** 2;
    const ring = this.#ring;
    let found: number | null = null;
    for (let slot = 0; slot < ring.used; slot++) {
      const progress = (aim.now - ring.launchOf(slot)) / FLIGHT_SECONDS;
      if (progress < 0 || progress > 1.3 || ((aim.mask >> colours.categoryOf(ring, slot)) & 1) === 0) continue;
      if (twin.shows(ring, slot) && this.#isCloser(twin, camera, slot, aim.still ? 0 : progress, aim)) found = slot;
    }
    return found;
  }

  /** Whether spark or trail are closer to the pointer than all before. */
  #isCloser(twin: StreakTwin, camera: Camera, slot: number, progress: number, aim: Aim): boolean {
    const [ring, ways, known] = [this.#ring, this.#ways, this.#known];
    const at = slot * WAY_NUMBERS;
    if (known[slot] !== ring.launchOf(slot)) {
      twin.way(ring, slot, ways, at);
      known[slot] = ring.launchOf(slot);
    }
    let isCloser = this.#look(twin, camera, slot, Math.min(1, progress), aim);
    const longest = twin.longest?.(ways, at) ?? Number.POSITIVE_INFINITY;
    if (aim.still || this.#square > this.#reach(longest * TRAIL_END)) return isCloser;
    for (const behind of TRAIL) {
      const share = progress - behind;
      if (share > 0 && share < 1) isCloser = this.#look(twin, camera, slot, share, aim) || isCloser;
    }
    return isCloser;
  }

  /** Looks at a place on the way; what is hidden or behind the eye is not there. */
  #look(twin: StreakTwin, camera: Camera, slot: number, share: number, aim: Aim): boolean {
    const place = this.#place;
    twin.place(this.#ring, slot, this.#ways, slot * WAY_NUMBERS, share, place);
    const { x, y, z } = place;
    const e = this.#projection.elements;
    this.#depth = e[3]! * x + e[7]! * y + e[11]! * z + e[15]!;
    const right = (((e[0]! * x + e[4]! * y + e[8]! * z + e[12]!) / this.#depth) * 0.5 + 0.5) * aim.width - aim.x;
    const down = (0.5 - ((e[1]! * x + e[5]! * y + e[9]! * z + e[13]!) / this.#depth) * 0.5) * aim.height - aim.y;
    this.#square = right * right + down * down;
    if (this.#square >= this.#closest || this.#depth <= 0 || twin.hides(place, camera.position)) return false;
    this.#closest = this.#square;
    return true;
  }

  /** Pixels, squared, that a trail of this length can lie away from the spark that was looked at, and still be near. */
  #reach(length: number): number {
    if (this.#depth <= length) return Number.POSITIVE_INFINITY;
    const pixels = (RIM * this.#pixels * length) / (this.#depth - length) + NEAR_PIXELS;
    return pixels * pixels;
  }
}
