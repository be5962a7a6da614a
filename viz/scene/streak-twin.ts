/**
 * A view's path once more, reckoned by the processor: to tell which streak the pointer is on without waiting for a graphics
 * card. It says the same as the view's shader; a test in the browser holds one against the other.
 */
import type { Vector3 } from 'three';
import type { StreakRing } from './streak-ring.ts';

/** Numbers that a way may take. */
export const WAY_NUMBERS = 16;

export interface StreakTwin {
  /** Changes when ways that were worked out before no longer hold. */
  readonly version: number;
  /** Works a streak's way out, once: `WAY_NUMBERS` numbers from `at` on are its own. */
  way(ring: StreakRing, slot: number, ways: Float32Array, at: number): void;
  /** The place at a share of the way. */
  place(ring: StreakRing, slot: number, ways: Float32Array, at: number, share: number, into: Vector3): void;
  /** A way is not longer than this, wherever it bends: tells soon that a trail cannot reach the pointer. Absent: not known. */
  longest?(ways: Float32Array, at: number): number;
  /** Whether something solid stands before a place. */
  hides(place: Vector3, eye: Vector3): boolean;
  /** Whether the view shows this streak at all. */
  shows(ring: StreakRing, slot: number): boolean;
}
