/** Makes pictures: owns stage and views, keeps to the frame rate, rests when nobody looks, comes back after a loss. */
import type { SceneClock } from '../feed/scene-clock.ts';
import { sceneVectors } from '../layers/streak-uniforms.ts';
import type { PageState } from '../state.ts';
import { type Text, textOf } from '../text/text.ts';
import { graphicsDriver } from './graphics.ts';
import { LabelOverlay } from './labels.ts';
import type { Orbit } from './orbit.ts';
import { showPalette } from './palette-filter.ts';
import { paletteOf } from './palettes.ts';
import { type Quality, QualityGovernor, qualities, startingTier } from './quality.ts';
import type { SensorTable } from './sensor-table.ts';
import { type SparkPlace, sparkPlace } from './spark-place.ts';
import { type FreeArea, Stage } from './stage.ts';
import { brightnessOf, type StreakColours } from './streak-colours.ts';
import { StreakPointer } from './streak-pointer.ts';
import type { StreakRing } from './streak-ring.ts';
import { ViewSwitch } from './view-switch.ts';

export interface PictureLoopOptions {
  quality: string | null;
  still: () => boolean;
  /** Next to nothing of the scene is to be seen. */
  isCovered: () => boolean;
  clock: SceneClock;
  state: PageState;
  sensors: SensorTable;
  colours: StreakColours;
  freeArea: (width: number, height: number) => FreeArea;
  /** The scene is about to be another, and stands still until then: no picture is needed. */
  isHeld: () => boolean;
  /** Before each picture, and before it is told the time. */
  prepare: () => void;
  /** Counts what this picture launches. */
  settle: (now: number) => void;
  captureAt: (now: number) => number | null;
  /** Pictures stopped or began again. */
  pictureChanged: () => void;
}

/** Behind a desk of full height a strip of the scene is seen: what it costs is better spent on the panels. */
const COVERED_FRAMES_PER_SECOND = 8;
/** Tints, labels and the eye's home follow the totals this often. */
const UPDATE_SECONDS = 0.5;

export class PictureLoop {
  /** The scene's clock is not the wall's: nothing may depend on how fast pictures come. */
  exact = false;
  /** Called right behind each picture, while the browser still has it. */
  drawn: () => void = () => undefined;
  readonly #options: PictureLoopOptions;
  readonly #driver: string | null;
  readonly #governor: QualityGovernor;
  readonly #labels: LabelOverlay;
  readonly #fixedTier: boolean;
  #stage: Stage | null = null;
  #views: ViewSwitch | null = null;
  #pointer: StreakPointer | null = null;
  #ring: StreakRing | null = null;
  #words: { text: Text; countryName: (code: string) => string };
  #frames = 0;
  /** That the last picture shows. */
  #captureSeconds: number | null = null;
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

  get canvas(): HTMLCanvasElement | null {
    return this.#stage?.canvas ?? null;
  }

  /** That of the view that is asked for, also before its first picture; null where there are no pictures. */
  get orbit(): Orbit | null {
    return this.#asked?.orbit ?? null;
  }

  /** On the way to the view that is asked for, which begins before the next picture. */
  get #asked(): ViewSwitch | null {
    this.#views?.show(this.#options.state.settings.view);
    return this.#views;
  }

  get facts() {
    return {
      tier: this.#governor.tier,
      drawCalls: this.#stage?.drawCalls ?? 0,
      frames: this.#frames,
      captureSeconds: this.#captureSeconds,
      driver: this.#driver ?? '',
      isFlying: this.#asked?.isFlying ?? false,
      isWhole: this.#asked?.isWhole ?? false,
      isDrawing: this.drawing,
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
    this.#createViews();
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
    this.refresh();
  }

  /** Totals, words or settings changed: the next picture takes them over. */
  refresh(): void {
    this.#lastUpdate = Number.NEGATIVE_INFINITY;
  }

  /** The palette that the state names now. */
  showPalette(): void {
    const palette = paletteOf(this.#options.state.palette);
    showPalette(palette, this.canvas);
    if (this.#views) this.#views.uniforms.palette.value = sceneVectors(palette.sceneColours);
  }

  /** The slot of the streak at a point of the canvas, in CSS pixels; null for none, undefined when it cannot be told now. */
  pick(x: number, y: number): number | null | undefined {
    const [stage, views] = [this.#stage, this.#views];
    if (stage === null || views === null || !this.drawing || views.isFlying) return undefined;
    const { width, height } = stage.size;
    const { clock, state, still, colours } = this.#options;
    this.#pointer ??= new StreakPointer(this.#ring!);
    const aim = { x, y, width, height, now: clock.now(), mask: state.categoryMask, still: still() };
    return this.#pointer.find(views.twin, stage.camera, colours, aim);
  }

  /** Where on the canvas the spark of a slot's streak is; null when there is none to see. */
  sparkPlace(slot: number): SparkPlace | null {
    const [stage, views] = [this.#stage, this.#views];
    if (stage === null || views === null || views.isFlying) return null;
    const { clientWidth: width, clientHeight: height } = stage.canvas;
    const now = this.#options.clock.now();
    return sparkPlace(views.twin, this.#ring!, slot, now, stage.camera, { width, height });
  }

  get #quality(): Quality {
    return qualities[this.#governor.tier];
  }

  #createViews(): void {
    const stage = this.#stage!;
    const held = this.#views?.orbit.held ?? null;
    this.#views?.dispose();
    const { sensors, state } = this.#options;
    const context = { stage, ring: this.#ring!, sensors, labels: this.#labels, quality: this.#quality };
    this.#options.colours.forgetShown();
    this.#views = new ViewSwitch(context, state.settings.view);
    if (held) this.#views.orbit.hold(held);
    this.showPalette();
    this.refresh();
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
      this.#views?.renew();
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
    if (this.#options.isHeld()) {
      this.#lastFrame = wall;
      return;
    }
    const isCovered = this.#options.isCovered();
    const maxFramesPerSecond = isCovered ? COVERED_FRAMES_PER_SECOND : this.#quality.maxFramesPerSecond;
    // A little early is early enough: else 60 Hz beats against a limit of 30.
    if (maxFramesPerSecond > 0 && elapsed < 0.9 / maxFramesPerSecond) return;
    this.#lastFrame = wall;
    this.#draw(wall, elapsed);
    const changed = this.#fixedTier || isCovered ? null : this.#governor.frame(elapsed);
    if (changed) this.#createViews();
  };

  #draw(wall: number, elapsed: number): void {
    const { clock, state, still, captureAt, prepare, settle } = this.#options;
    prepare();
    const views = this.#views!;
    const now = clock.now();
    settle(now);
    views.show(state.settings.view);
    this.#updateViews(wall);
    const isStill = still();
    this.#options.colours.apply(views.uniforms, state.categoryMask);
    views.uniforms.isPinned.value = state.pinned === null ? 0 : 1;
    views.uniforms.pinnedSource.value = state.pinned?.sourceWord ?? 0;
    views.uniforms.hovered.value = state.hovered?.slot ?? -1;
    views.uniforms.still.value = isStill ? 1 : 0;
    views.uniforms.brightness.value = brightnessOf(this.#ring!.inFlight(now), views.room);
    this.#captureSeconds = captureAt(now) ?? state.totals?.clock.newestSeconds ?? null;
    const picture = {
      now,
      // With reduced motion nothing flies, and neither does the eye.
      elapsed: this.exact || isStill ? Number.POSITIVE_INFINITY : elapsed,
      captureSeconds: this.#captureSeconds,
      settings: state.settings,
    };
    views.animate(picture, wall, state.rotating, state.paused);
    this.#pointer?.prepare(views.twin);
    this.#stage!.render();
    this.#frames += 1;
    this.drawn();
  }

  /** Panels grow and shrink with what they say: the scene stands where they leave room now, whenever that was last asked. */
  #followPanels(): void {
    const { canvas, freeArea } = this.#stage!;
    const { clientWidth, clientHeight } = canvas;
    const free = this.#options.freeArea(clientWidth, clientHeight);
    const hasChanged = (['left', 'top', 'width', 'height'] as const).some((side) => free[side] !== freeArea[side]);
    if (hasChanged) this.#stage!.resize(this.#quality, free);
  }

  #updateViews(wall: number): void {
    const { totals } = this.#options.state;
    if (totals === null || wall - this.#lastUpdate < UPDATE_SECONDS) return;
    this.#lastUpdate = wall;
    this.#followPanels();
    this.#views!.update(totals, this.#words.text, this.#words.countryName);
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
