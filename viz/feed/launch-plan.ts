/**
 * When a streak is launched: capture time mapped to the scene's time by one affine map.
 *
 *   launch = anchor.scene + (captured - anchor.capture) / rate
 *
 * The map runs a fixed delay behind the newest capture time, so that frames that arrive in bursts still fly evenly.
 */
import type { CaptureClock } from '../../shared/wire/messages.ts';

/** Behind the newest packet of a replay: more than the second in which files are read, plus a frame's way. */
export const REPLAY_DELAY_SECONDS = 1.2;
/** Behind the newest live packet: sensors send ten times a second, so that a frame may come a tenth of a second late. */
export const LIVE_DELAY_SECONDS = 0.25;
const LONGEST_DELAY_SECONDS = 12;
/** An error beyond this is no jitter (a gap, a new replay): the map starts anew instead of sliding there. */
const JUMP_SECONDS = 2;
/** Share of a small error that one arrival corrects. */
const SLIDE = 0.1;
/** What is this much too late is old news (a spool that is being emptied) and is not drawn. */
export const TOO_LATE_SECONDS = 5;
/** What is a little late starts within this time, not all at once. */
const SPREAD_SECONDS = 0.25;

export class LaunchPlan {
  #anchor: { capture: number; scene: number } | null = null;
  #clock: CaptureClock = { mode: 'live', speed: 1 };
  #newest = Number.NEGATIVE_INFINITY;
  #arrival = { at: 0, gapSeconds: SPREAD_SECONDS };

  /** Capture seconds a second of the scene. */
  get rate(): number {
    return this.#clock.mode === 'paced' && this.#clock.speed > 0 ? this.#clock.speed : 1;
  }

  get delaySeconds(): number {
    if (this.#clock.mode === 'live') return LIVE_DELAY_SECONDS;
    // In slow motion a second of capture, which arrives at once, lasts longer than a second.
    return Math.min(LONGEST_DELAY_SECONDS, Math.max(REPLAY_DELAY_SECONDS, REPLAY_DELAY_SECONDS / this.rate));
  }

  setClock(clock: CaptureClock): void {
    if (clock.mode === this.#clock.mode && clock.speed === this.#clock.speed) return;
    this.#clock = { mode: clock.mode, speed: clock.speed };
    this.reset();
  }

  reset(): void {
    this.#anchor = null;
    this.#newest = Number.NEGATIVE_INFINITY;
  }

  /** A frame arrived whose newest packet was captured at `newest`. */
  arrive(newest: number, now: number): void {
    const gap = now - this.#arrival.at;
    this.#arrival = { at: now, gapSeconds: Math.min(0.5, Math.max(0.05, gap)) };
    if (newest < this.#newest && this.#newest - newest < 3600) return;
    this.#newest = newest;
    const wanted = now + this.delaySeconds;
    const error = this.#anchor ? this.#sceneTime(newest) - wanted : Number.POSITIVE_INFINITY;
    if (this.#anchor === null || Math.abs(error) > JUMP_SECONDS) this.#anchor = { capture: newest, scene: wanted };
    else this.#anchor.scene -= error * SLIDE;
  }

  /** Scene time of launch, or null when it is too late to draw. `chance` in [0, 1) spreads what comes at once. */
  launchOf(captured: number, chance: number, now: number): number | null {
    if (this.#clock.mode === 'max') return now + chance * this.#arrival.gapSeconds;
    const planned = this.#anchor ? this.#sceneTime(captured) : now;
    if (planned < now) {
      // A replay that jumps over silence puts both sides of the gap into one frame: those are drawn, not dropped.
      if (this.#clock.mode === 'live' && now - planned > TOO_LATE_SECONDS) return null;
      return now + chance * SPREAD_SECONDS;
    }
    return Math.min(planned, now + this.delaySeconds);
  }

  /** Capture time that is shown at scene time `now`; null before the first packet. */
  captureAt(now: number): number | null {
    if (this.#anchor === null) return null;
    if (this.#clock.mode === 'max') return this.#newest;
    return Math.min(this.#newest, this.#anchor.capture + (now - this.#anchor.scene) * this.rate);
  }

  #sceneTime(captured: number): number {
    return this.#anchor!.scene + (captured - this.#anchor!.capture) / this.rate;
  }
}
