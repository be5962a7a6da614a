/** Where on the canvas a streak's spark is, as its view's twin reckons it: for tests, which hold it against the picture. */
import { type PerspectiveCamera, Vector3 } from 'three';
import { FLIGHT_SECONDS } from '../layers/streak-uniforms.ts';
import type { StreakRing } from './streak-ring.ts';
import { type StreakTwin, WAY_NUMBERS } from './streak-twin.ts';

export interface SparkPlace {
  /** In CSS pixels of the canvas. */
  readonly x: number;
  readonly y: number;
  /** 0 where it leaves, 1 where it lands. */
  readonly share: number;
}

export interface CanvasSize {
  readonly width: number;
  readonly height: number;
}

/** Null when the streak does not fly now, or nobody sees it. */
export function sparkPlace(
  twin: StreakTwin,
  ring: StreakRing,
  slot: number,
  now: number,
  camera: PerspectiveCamera,
  { width, height }: CanvasSize,
): SparkPlace | null {
  const share = (now - ring.launchOf(slot)) / FLIGHT_SECONDS;
  if (slot >= ring.used || !(share >= 0 && share <= 1) || !twin.shows(ring, slot)) return null;
  const ways = new Float32Array(WAY_NUMBERS);
  const place = new Vector3();
  twin.way(ring, slot, ways, 0);
  twin.place(ring, slot, ways, 0, share, place);
  if (twin.hides(place, camera.position)) return null;
  place.project(camera);
  if (place.z > 1) return null;
  return { x: (place.x * 0.5 + 0.5) * width, y: (0.5 - place.y * 0.5) * height, share };
}
