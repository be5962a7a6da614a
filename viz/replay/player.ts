/**
 * Plays what is stored of a session: where it stands, how fast it goes, and which flows start when. Every change (another
 * moment, speed or filter) is a jump: the scene stays as it was until what the new moment needs is there, and is then made
 * from it alone, so that the same moment is always the same picture.
 */
import type { Problem } from '../feed/answers.ts';
import type { SecondsSource } from '../feed/scene-clock.ts';
import { Course, NEARLY, within } from './course.ts';
import type { Loop } from './loop.ts';
import { PlayClock } from './play-clock.ts';
import { mostStreaks, rateOf, type Speed, stretchSecondsAt } from './speeds.ts';
import type { Stretch, StretchSource } from './stretch.ts';
import { type PlayerScene, StretchFeed } from './stretch-feed.ts';
import { StretchKeeper } from './stretch-keeper.ts';

/** What is played, and where it begins and ends; [firstSeconds, lastSeconds] are of its first and last packet. */
export interface PlayedSession {
  readonly id: number;
  readonly kind: 'live' | 'file' | 'simulated';
  readonly name: string;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  /** More comes: its end is not known yet. */
  readonly isGrowing: boolean;
}

export interface PlayerOptions {
  readonly session: PlayedSession;
  readonly source: StretchSource;
  readonly scene: PlayerScene;
  readonly wall: SecondsSource;
  readonly filter: string;
  readonly speed: Speed;
  readonly atSeconds: number;
  readonly isPlaying: boolean;
  /** Half-open; null for all of the session. */
  readonly loop: Loop | null;
}

/** Rows are handed on so much before they start: more than a picture may take. */
const AHEAD_SCENE_SECONDS = 1;
/** A silence that is shorter is played. */
const GAP_SECONDS = 5;
/** A picture that is about to be another is not drawn again for so long. */
const HOLD_SECONDS = 0.8;
export class Player {
  readonly clock: PlayClock;
  /** The silence that was jumped over last. */
  skipped: { readonly fromSeconds: number; readonly toSeconds: number } | null = null;
  /** Jumped over, all of them. */
  skippedGaps = 0;
  isFinished = false;
  #options: PlayerOptions;
  readonly #keeper: StretchKeeper;
  /** The moment that is asked for; null once it is shown. */
  #wanted: number | null;
  /** Of the wall: since when something is asked for that is not shown. */
  #wantedSince: number;
  /** It shall go on when it can. */
  #isPlaying: boolean;
  readonly #feed: StretchFeed;
  readonly #course: Course;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#feed = new StretchFeed(options.scene);
    this.clock = new PlayClock(options.wall);
    this.#isPlaying = options.isPlaying;
    this.#wanted = within(options.atSeconds, this);
    this.#wantedSince = options.wall();
    this.clock.setRate(this.rate);
    this.#keeper = new StretchKeeper(options.source, this.#plan(), () => this.tick());
    this.#course = new Course(this.#keeper, this);
  }

  get session(): PlayedSession {
    return this.#options.session;
  }

  get speed(): Speed {
    return this.#options.speed;
  }

  get rate(): number {
    const { session, speed, loop } = this.#options;
    const fromSeconds = loop?.fromSeconds ?? session.firstSeconds;
    return rateOf(speed, Math.min(loop?.toSeconds ?? session.lastSeconds, session.lastSeconds) - fromSeconds);
  }

  get filter(): string {
    return this.#options.filter;
  }

  get loop(): PlayerOptions['loop'] {
    return this.#options.loop;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  /** It would go on, or show another moment, if it had the flows. */
  get isWaiting(): boolean {
    return this.#wanted !== null || this.clock.isWaiting;
  }

  /**
   * Another moment is asked for, and will soon be there: until then nothing moves, and a machine that draws slowly has its
   * hands free for the answer.
   */
  get isAboutToJump(): boolean {
    return this.#wanted !== null && this.#options.wall() - this.#wantedSince < HOLD_SECONDS;
  }

  /** The stretch that is shown. */
  get shown(): Stretch | null {
    return this.#feed.stretch;
  }

  /** Why it waits, where that is not for want of time. */
  get problem(): Problem | null {
    return this.#keeper.problem;
  }

  /** The moment that is shown, or that is asked for. */
  get atSeconds(): number {
    return this.#wanted ?? this.#course.within(this.clock.captureAt(this.clock.now()));
  }

  play(isPlaying: boolean): void {
    this.#isPlaying = isPlaying;
    if (isPlaying && this.isFinished) this.seek(this.loop?.fromSeconds ?? this.session.firstSeconds);
    this.#setClock();
    this.tick();
  }

  seek(seconds: number): void {
    // Of many moments in a row, as when one scrubs, the first counts.
    if (this.#wanted === null) this.#wantedSince = this.#options.wall();
    // As an address says it: a link to this moment is the same picture.
    this.#wanted = this.#course.within(Math.round(seconds * 1000) / 1000);
    this.isFinished = false;
    this.#setClock();
    this.tick();
  }

  /** Another speed, filter or loop, at the moment that is shown. */
  change(change: Partial<Pick<PlayerOptions, 'speed' | 'filter' | 'loop'>>): void {
    const atSeconds = this.atSeconds;
    const before = this.#keeper.plan;
    const beforeRate = this.rate;
    this.#options = { ...this.#options, ...change };
    const plan = this.#plan();
    if (JSON.stringify(plan) !== JSON.stringify(before)) this.#keeper.change(plan);
    else if (this.rate === beforeRate) return;
    this.seek(atSeconds);
  }

  /** More of the session has been stored. */
  setSession(session: PlayedSession): void {
    this.#options = { ...this.#options, session };
  }

  close(): void {
    this.#keeper.close();
  }

  /** The time goes on: for every picture. */
  advance(): void {
    this.clock.advance();
    this.tick();
  }

  /** What is to be done now: asks for what comes next, and starts what is due. */
  tick(): void {
    const at = this.#wanted ?? this.clock.captureAt(this.clock.now());
    const { index } = this.#feed;
    const [first, last] = this.#wanted === null ? [index, index] : this.#course.needed(at);
    this.#course.ask(first, last);
    if (this.#wanted !== null && this.#course.isThere(this.#wanted)) this.#show(this.#wanted);
    if (this.#wanted !== null) return;
    this.#feed.until(this.clock.captureAt(this.clock.now() + AHEAD_SCENE_SECONDS));
    this.#moveLimit();
    this.#turn();
  }

  #plan() {
    const { session, filter, scene } = this.#options;
    const most = mostStreaks(this.rate, scene.capacity);
    return { session: session.id, filter, stretchSeconds: stretchSecondsAt(this.rate), most };
  }

  /** The scene is made anew, of the flows that fly at this moment. */
  #show(at: number): void {
    const { scene } = this.#options;
    this.#feed.drop();
    scene.restart();
    this.clock.setRate(this.rate);
    this.clock.jump(at);
    this.#wanted = null;
    const [first, last] = this.#course.needed(at);
    for (let index = first; index <= last; index++) {
      this.#begin(index);
      if (index < last) this.#feed.until(Number.POSITIVE_INFINITY);
    }
    this.#feed.until(this.clock.captureAt(this.clock.now() + AHEAD_SCENE_SECONDS));
    this.#moveLimit();
    this.#setClock();
  }

  #setClock(): void {
    this.clock.isPlaying = this.#isPlaying && this.#wanted === null && !this.isFinished;
  }

  #begin(index: number): void {
    this.#feed.begin(index, this.#keeper.at(index)!);
  }

  /** The clock may go on as far as there are flows. */
  #moveLimit(): void {
    const { index } = this.#feed;
    const next = this.#course.nextIndex(index);
    if (next === null) this.clock.limitSeconds = Number.POSITIVE_INFINITY;
    else this.clock.limitSeconds = this.#keeper.beginOf(index + 1);
  }

  /** The end of the loop, of a stretch, of all. */
  #turn(): void {
    const now = this.clock.now();
    const at = this.clock.captureAt(now);
    const { loop, session } = this.#options;
    const next = this.#course.nextIndex(this.#feed.index);
    if (this.#isPlaying && loop !== null && at >= loop.toSeconds) this.seek(loop.fromSeconds);
    else if (next !== null) this.#turnTo(next, now, at);
    // What started last lands before all is over.
    else if (at >= session.lastSeconds + this.#course.flightSeconds) this.#finish();
  }

  #turnTo(next: number, now: number, at: number): void {
    const end = this.#keeper.beginOf(this.#feed.index + 1);
    if (this.clock.captureAt(now + AHEAD_SCENE_SECONDS) < end || this.#keeper.whole(next) === null) return;
    const silentTo = this.shown?.head.nextSeconds ?? end;
    if (silentTo - end > Math.max(GAP_SECONDS, this.rate)) {
      // Not before the clock has come to its begin.
      if (at < end - NEARLY * this.rate) return;
      this.#skip(Math.max(at, end), silentTo);
    }
    this.#begin(next);
    this.tick();
  }

  #skip(fromSeconds: number, toSeconds: number): void {
    this.skipped = { fromSeconds, toSeconds };
    this.skippedGaps += 1;
    this.clock.skip(toSeconds);
  }

  #finish(): void {
    if (this.#options.loop !== null && this.#isPlaying) {
      this.seek(this.#options.loop.fromSeconds);
      return;
    }
    this.isFinished = true;
    this.#isPlaying = false;
    this.#setClock();
  }
}
