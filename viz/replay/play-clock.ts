/**
 * The clock of a replay: seconds of the scene, and the capture time that they show. It goes as fast as the wall's clock
 * while something is played, and waits where what comes next is not there yet.
 */
import type { SecondsSource } from '../feed/scene-clock.ts';

/** Where the scene's time begins at every jump: what flew before the moment is already under way. */
export const SCENE_BEGIN_SECONDS = 8;
/** A picture that comes later than this (a hidden page, a machine that slept) does not make the replay jump. */
const LONGEST_STEP_SECONDS = 0.5;

export class PlayClock {
  /** Capture time up to which everything is there: the clock stops before it. */
  limitSeconds = Number.NEGATIVE_INFINITY;
  #isPlaying = false;
  readonly #wall: SecondsSource;
  #wallSeconds: number;
  #scene = SCENE_BEGIN_SECONDS;
  #anchor = { scene: SCENE_BEGIN_SECONDS, capture: 0 };
  #rate = 1;

  constructor(wall: SecondsSource) {
    this.#wall = wall;
    this.#wallSeconds = wall();
  }

  get rate(): number {
    return this.#rate;
  }

  /** What flies goes on; what starts from now on does so at the new rate. */
  setRate(rate: number): void {
    const scene = this.now();
    this.#anchor = { scene, capture: this.captureAt(scene) };
    this.#rate = rate;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  set isPlaying(isPlaying: boolean) {
    this.#isPlaying = isPlaying;
  }

  /** It would go on if it could. */
  get isWaiting(): boolean {
    return this.#isPlaying && this.#scene >= this.#sceneLimit;
  }

  /** Seconds of the scene. */
  now(): number {
    return this.#scene;
  }

  /**
   * For each picture: the scene's time goes on by what has passed since the one before. Where pictures come slowly the
   * replay is slower, and nothing flies by unseen.
   */
  advance(): void {
    const wallSeconds = this.#wall();
    const step = Math.min(LONGEST_STEP_SECONDS, Math.max(0, wallSeconds - this.#wallSeconds));
    this.#wallSeconds = wallSeconds;
    if (this.#isPlaying) this.#scene = Math.max(this.#scene, Math.min(this.#scene + step, this.#sceneLimit));
  }

  captureAt(scene: number): number {
    return this.#anchor.capture + (scene - this.#anchor.scene) * this.#rate;
  }

  sceneOf(capture: number): number {
    return this.#anchor.scene + (capture - this.#anchor.capture) / this.#rate;
  }

  /** The scene begins anew at this capture time. */
  jump(capture: number): void {
    this.#scene = SCENE_BEGIN_SECONDS;
    this.#anchor = { scene: this.#scene, capture };
    this.limitSeconds = Number.NEGATIVE_INFINITY;
  }

  /** What flies goes on, and the capture time is another. */
  skip(capture: number): void {
    this.#anchor = { scene: this.now(), capture };
  }

  get #sceneLimit(): number {
    return this.sceneOf(this.limitSeconds);
  }
}
