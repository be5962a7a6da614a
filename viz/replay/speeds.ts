/** How fast the past is played: capture seconds a second of the scene. */
import { MAX_STRETCH_SECONDS, MAX_STRETCH_STREAKS } from '../../shared/wire/stretch.ts';
import { LIFE_SECONDS } from '../layers/streak-uniforms.ts';

export const speeds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 1000] as const;
/** `max`: all that there is in a short while, or as fast as it can be had. */
export type Speed = (typeof speeds)[number] | 'max';

/** So long all of a session is played at `max`. */
const MAX_SCENE_SECONDS = 20;
const FASTEST = 20_000;
/** Of the scene: a stretch lasts at least as long, so that a page asks about once in this time. */
const STRETCH_SCENE_SECONDS = 2;
const SHORTEST_STRETCH_SECONDS = 10;
/** Longer ones are whole minutes: of these the store has sums. */
const MINUTE_SECONDS = 60;
const LEAST_STREAKS = 1_000;
/** A ring that is full overwrites what still flies. */
const RING_SHARE = 0.8;

export function readSpeed(text: string | null): Speed {
  if (text === 'max') return 'max';
  return speeds.find((speed) => String(speed) === text) ?? 1;
}

/** The next faster or slower one; the last stays. */
export function stepSpeed(speed: Speed, step: 1 | -1): Speed {
  const all: readonly Speed[] = [...speeds, 'max'];
  return all[Math.min(all.length - 1, Math.max(0, all.indexOf(speed) + step))]!;
}

/** Capture seconds a second of the scene; `sessionSeconds` is how long all that is played lasts. */
export function rateOf(speed: Speed, sessionSeconds: number): number {
  if (speed !== 'max') return speed;
  return Math.min(FASTEST, Math.max(1, Math.ceil(sessionSeconds / MAX_SCENE_SECONDS)));
}

/** Capture seconds of a stretch: they begin at multiples of it, so that the same moment is always of the same stretch. */
export function stretchSecondsAt(rate: number): number {
  const seconds = Math.ceil(rate * STRETCH_SCENE_SECONDS);
  if (seconds < MINUTE_SECONDS) return Math.max(SHORTEST_STRETCH_SECONDS, seconds);
  return Math.min(MAX_STRETCH_SECONDS, Math.ceil(seconds / MINUTE_SECONDS) * MINUTE_SECONDS);
}

/** Streaks of a stretch for which there is room in the air. */
export function mostStreaks(rate: number, capacity: number): number {
  const sceneSeconds = stretchSecondsAt(rate) / rate;
  const most = Math.floor((capacity * RING_SHARE * sceneSeconds) / LIFE_SECONDS);
  return Math.min(MAX_STRETCH_STREAKS, Math.max(LEAST_STREAKS, most));
}
