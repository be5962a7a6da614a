/** Makes pictures: owns stage and view, keeps to the frame rate, rests when nobody looks, comes back after a loss. */
import type { SceneClock } from '../feed/scene-clock.ts';
import type { PageState } from '../state.ts';
import { type Text, textOf } from '../text/text.ts';
import { views } from '../views/index.ts';
import type { View } from '../views/view.ts';
import { graphicsDriver } from './graphics.ts';
import { LabelOverlay } from './labels.ts';
import type { Orbit } from './orbit.ts';
import { listenToPointer } from './orbit-input.ts';
import { type Quality, QualityGovernor, qualities, startingTier } from './quality.ts';
import { type FreeArea, Stage } from './stage.ts';
import type { StreakRing } from './streak-ring.ts';

export interface PictureLoopOptions {
  quality: string | null;
  orbit: Orbit;
  still: () => boolean;
  clock: SceneClock;
  state: PageState;
  freeArea: (width: number, height: number) => FreeArea;
  /** Counts what this picture launches. */
  settle: (now: number) => void;
  captureAt: (now: number) => number | null;
  /** Pictures stopped or began again. */
  pictureChanged: () => void;
}

/** Tints, labels and the eye's home follow the totals this often. */
const UPDATE_SECONDS = 0.5;

export class PictureLoop {
  /** The scene's clock is not the wall's: nothing may depend on how fast pictures come. */
  exact = false;
  readonly #options: PictureLoopOptions;
  readonly #driver: string | null;
  readonly #governor: QualityGovernor;
  readonly #labels: LabelOverlay;
  readonly #fixedTier: boolean;
  #stage: Stage | null = null;
  #view: View | null = null;
  #ring: StreakRing | null = null;
  #words: { text: Text; countryName: (code: string) => string };
  #frames = 0;
  #lastFrame = 0;
  #lastUpdate = Number.NEGATIVE_INFINITY;
  #request = 0;

  constructor(options: PictureLoopOptions) {
    this.#options = options;
    this.#driver = graphicsDriver();
    this.#fixedTier = options.quality !== null;
    this.#governor = new QualityGovernor(startingTier(options.quality, this.#driver ?? ''));
    this.#labels = new LabelOverlay(document.getElementById('labels')!);
    this.#words = { text: textOf(options.state.language), countryName: (code) => code };
  }

  get streakCapacity(): number {
    return this.#quality.streakCapacity;
  }

  /** Whether pictures are made now. */
  get drawing(): boolean {
    return this.#stage !== null && this.#options.state.picture === 'running' && !document.hidden;
  }

  get facts() {
    return {
      tier: this.#governor.tier,
      drawCalls: this.#stage?.drawCalls ?? 0,
      frames: this.#frames,
      driver: this.#driver ?? '',
    };
  }

  start(ring: StreakRing): void {
    this.#ring = ring;
    const canvas = document.getElementById('picture') as HTMLCanvasElement;
    const stage = this.#driver === null ? null : createStage(canvas, this.#quality.antialias);
    if (stage === null) {
      this.#options.state.picture = 'missing';
      return;
    }
    this.#stage = stage;
    this.#createView();
    listenToPointer(canvas, this.#options.orbit);
    this.#watchContext(canvas);
    new ResizeObserver(() => this.resize()).observe(canvas);
    document.addEventListener('visibilitychange', () => this.#wake());
    this.#wake();
  }

  /** Measures anew: the window, or what panels leave of it, has changed. */
  resize(): void {
    const canvas = this.#stage?.canvas;
    if (canvas) this.#stage?.resize(this.#quality, this.#options.freeArea(canvas.clientWidth, canvas.clientHeight));
  }

  setWords(text: Text, countryName: (code: string) => string): void {
    this.#words = { text, countryName };
    this.#lastUpdate = Number.NEGATIVE_INFINITY;
  }

  get #quality(): Quality {
    return qualities[this.#governor.tier];
  }

  #createView(): void {
    const stage = this.#stage!;
    this.#view?.dispose();
    const { orbit } = this.#options;
    const context = { stage, ring: this.#ring!, orbit, labels: this.#labels, quality: this.#quality };
    this.#view = views[0]!.create(context, stage.scene);
    this.#lastUpdate = Number.NEGATIVE_INFINITY;
    this.resize();
  }

  #watchContext(canvas: HTMLCanvasElement): void {
    const { state, pictureChanged } = this.#options;
    canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault(); // Without this the browser never gives it back.
      state.picture = 'lost';
      pictureChanged();
    });
    canvas.addEventListener('webglcontextrestored', () => {
      state.picture = 'running';
      this.#wake();
    });
  }

  #wake(): void {
    this.#options.pictureChanged();
    cancelAnimationFrame(this.#request);
    this.#lastFrame = performance.now() / 1000;
    if (this.drawing) this.#request = requestAnimationFrame(this.#tick);
  }

  readonly #tick = (): void => {
    if (!this.drawing) return;
    this.#request = requestAnimationFrame(this.#tick);
    const wall = performance.now() / 1000;
    const elapsed = wall - this.#lastFrame;
    const { maxFramesPerSecond } = this.#quality;
    // A little early is early enough: else 60 Hz beats against a limit of 30.
    if (maxFramesPerSecond > 0 && elapsed < 0.9 / maxFramesPerSecond) return;
    this.#lastFrame = wall;
    this.#draw(wall, elapsed);
    const changed = this.#fixedTier ? null : this.#governor.frame(elapsed);
    if (changed) this.#createView();
  };

  #draw(wall: number, elapsed: number): void {
    const { clock, orbit, state, still, captureAt, settle } = this.#options;
    const now = clock.now();
    settle(now);
    this.#updateView(wall);
    const pose = orbit.animate(now, state.paused ? 0 : elapsed, wall, this.exact);
    const view = this.#view!;
    this.#stage!.look(pose, view.fitRadius);
    view.animate({
      now,
      inFlight: this.#ring!.inFlight(now),
      classMask: state.classMask,
      still: still(),
      captureSeconds: captureAt(now) ?? state.totals?.clock.newestSeconds ?? null,
    });
    this.#stage!.render();
    this.#frames += 1;
  }

  #updateView(wall: number): void {
    const { totals } = this.#options.state;
    if (totals === null || wall - this.#lastUpdate < UPDATE_SECONDS) return;
    this.#lastUpdate = wall;
    this.#view!.update(totals, this.#words.text, this.#words.countryName);
  }
}

function createStage(canvas: HTMLCanvasElement, antialias: boolean): Stage | null {
  try {
    return new Stage(canvas, antialias);
  } catch (error) {
    console.warn(error);
    return null;
  }
}
