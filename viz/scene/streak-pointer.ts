/** Which streak the pointer is on: the nearest of those that fly, within a few pixels of spark or trail. */
import { Matrix4, type PerspectiveCamera, Vector3 } from 'three';
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
/** Slots that are gone through at each picture: about a hundred pictures for the most streaks there can be. */
const PREPARED_SLOTS = 1_500;
/**
 * Ways that one search works out at most. After a change that made all of them new (a zoom, another view at once) the first
 * searches see a part of the streaks each, so that none holds the picture up; searches follow each other by themselves.
 */
const WAYS_A_SEARCH = 25_000;

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
  /** From a place to pixels right of the pointer, to pixels below it, and to the depth; both pixels times the depth. */
  readonly #screen = new Float64Array(12);
  /** Pixels of the picture that a length of one takes at a depth of one. */
  #pixels = 1;
  #twin: StreakTwin | null = null;
  /** The slot whose way was worked out last. */
  #prepared = 0;
  #version = -1;

  constructor(ring: StreakRing) {
    this.#ring = ring;
    this.#ways = new Float32Array(ring.capacity * WAY_NUMBERS);
    this.#known = new Float64Array(ring.capacity).fill(Number.NaN);
  }

  /** Works some ways out beforehand, at each picture: after a flight to another view they are all new. */
  prepare(twin: StreakTwin): void {
    this.#use(twin);
    const { used } = this.#ring;
    for (let count = Math.min(used, PREPARED_SLOTS); count > 0; count--) {
      this.#prepared = this.#prepared + 1 < used ? this.#prepared + 1 : 0;
      this.#findWay(twin, this.#prepared, this.#prepared * WAY_NUMBERS);
    }
  }

  #use(twin: StreakTwin): void {
    if (twin !== this.#twin || twin.version !== this.#version) this.#known.fill(Number.NaN);
    this.#twin = twin;
    this.#version = twin.version;
  }

  /** The slot, or null when there is none near the pointer. */
  find(twin: StreakTwin, camera: PerspectiveCamera, colours: StreakColours, aim: Aim): number | null {
    this.#use(twin);
    this.#aimAt(camera, aim);
    const [ring, ways, place, eye] = [this.#ring, this.#ways, this.#place, camera.position];
    let closest = NEAR_PIXELS ** 2;
    let found: number | null = null;
    let waysLeft = WAYS_A_SEARCH;
    for (let slot = 0; slot < ring.used; slot++) {
      const progress = (aim.now - ring.launchOf(slot)) / FLIGHT_SECONDS;
      if (progress < 0 || progress > 1.3 || ((aim.mask >> colours.categoryOf(ring, slot)) & 1) === 0) continue;
      if (!twin.shows(ring, slot)) continue;
      const at = slot * WAY_NUMBERS;
      if (this.#known[slot] !== ring.launchOf(slot)) {
        if (waysLeft === 0) continue;
        waysLeft -= 1;
        this.#findWay(twin, slot, at);
      }
      twin.place(ring, slot, ways, at, aim.still ? 0 : Math.min(1, progress), place);
      const depth = depthOf(place, this.#screen);
      const square = squareOf(place, depth, this.#screen);
      if (square < closest && !twin.hides(place, eye)) [closest, found] = [square, slot];
      if (aim.still || square > this.#reach(twin, at, depth)) continue;
      for (const behind of TRAIL) {
        const share = progress - behind;
        if (share <= 0 || share >= 1) continue;
        twin.place(ring, slot, ways, at, share, place);
        const nearer = squareOf(place, depthOf(place, this.#screen), this.#screen);
        if (nearer < closest && !twin.hides(place, eye)) [closest, found] = [nearer, slot];
      }
    }
    return found;
  }

  /** Puts projection, size of the canvas and pointer into one: places become pixels away from the pointer. */
  #aimAt(camera: PerspectiveCamera, { x, y, width, height }: Aim): void {
    const { elements: e } = this.#projection.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    for (let axis = 0; axis < 4; axis++) {
      const [right, up, depth] = [e[axis * 4]!, e[axis * 4 + 1]!, e[axis * 4 + 3]!];
      this.#screen[axis] = (right * width) / 2 + depth * (width / 2 - x);
      this.#screen[4 + axis] = depth * (height / 2 - y) - (up * height) / 2;
      this.#screen[8 + axis] = depth;
    }
    this.#pixels = (camera.projectionMatrix.elements[5]! * height) / 2;
  }

  #findWay(twin: StreakTwin, slot: number, at: number): void {
    const launch = this.#ring.launchOf(slot);
    if (this.#known[slot] === launch) return;
    twin.way(this.#ring, slot, this.#ways, at);
    this.#known[slot] = launch;
  }

  /** Pixels, squared, that the spark of a near trail can lie away from the pointer. */
  #reach(twin: StreakTwin, at: number, depth: number): number {
    const length = TRAIL_END * (twin.longest?.(this.#ways, at) ?? Number.POSITIVE_INFINITY);
    if (depth <= length) return Number.POSITIVE_INFINITY;
    const pixels = (RIM * this.#pixels * length) / (depth - length) + NEAR_PIXELS;
    return pixels * pixels;
  }
}

function depthOf({ x, y, z }: Vector3, screen: Float64Array): number {
  return screen[8]! * x + screen[9]! * y + screen[10]! * z + screen[11]!;
}

/** Of the distance to the pointer, in pixels; what is behind the eye is infinitely far away. */
function squareOf({ x, y, z }: Vector3, depth: number, screen: Float64Array): number {
  if (depth <= 0) return Number.POSITIVE_INFINITY;
  const right = (screen[0]! * x + screen[1]! * y + screen[2]! * z + screen[3]!) / depth;
  const down = (screen[4]! * x + screen[5]! * y + screen[6]! * z + screen[7]!) / depth;
  return right * right + down * down;
}
