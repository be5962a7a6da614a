/** All views over one ring of streaks: which one is shown, and the flight from one to the next. */
import type { LiveTotals } from '../../shared/wire/messages.ts';
import { Stars } from '../layers/stars.ts';
import { StreakLayer } from '../layers/streak-layer.ts';
import { StreakTexture } from '../layers/streak-texture.ts';
import { createStreakUniforms, type StreakUniforms } from '../layers/streak-uniforms.ts';
import type { StreakPath } from '../shaders/streak-path.ts';
import type { Text } from '../text/text.ts';
import { views } from '../views/index.ts';
import type { Extent, Picture, View, ViewContext } from '../views/view.ts';
import type { LabelOverlay } from './labels.ts';
import { type Orbit, type Pose, poseBetween } from './orbit.ts';
import type { StreakRing } from './streak-ring.ts';
import type { StreakTwin } from './streak-twin.ts';

const FLIGHT_SECONDS = 1.8;
/** Where pictures come slowly the flight takes longer, and is still seen. */
const LONGEST_STEP_SECONDS = 0.3;
/** What only flights need is made once the first view stands. */
const PICTURES_BEFORE_FLIGHT = 30;
/** Lines and sparks that are smaller are not seen. */
const LEAST_SCALE = 0.75;

export interface SwitchContext extends Omit<ViewContext, 'uniforms'> {
  readonly ring: StreakRing;
  readonly labels: LabelOverlay;
}

type Words = { readonly text: Text; countryName(code: string): string };

export class ViewSwitch {
  readonly uniforms: StreakUniforms;
  readonly streaks: StreakTexture;
  readonly streakLayer: StreakLayer;
  readonly #context: SwitchContext;
  readonly #stars: Stars;
  readonly #views = new Map<number, View>();
  #totals: LiveTotals | null = null;
  #words: Words | null = null;
  #from = 0;
  #to = 0;
  /** Share of the flight that is done, in time. */
  #flown = 1;
  #pictures = 0;

  constructor(context: SwitchContext, firstView: string) {
    this.#context = context;
    const paths: readonly StreakPath[] = views.map(({ path }) => path);
    const { quality, stage, ring } = context;
    this.uniforms = createStreakUniforms(quality.ribbonPixels, paths);
    this.streaks = new StreakTexture(ring);
    this.streakLayer = new StreakLayer(this.streaks, this.uniforms, paths, quality.ribbonSegments);
    this.#stars = new Stars(quality.stars, this.uniforms);
    for (const { object } of [this.#stars, this.streakLayer]) stage.scene.add(object);
    this.#from = this.#to = numberOf(firstView);
    this.#view(this.#to);
  }

  get orbit(): Orbit {
    return this.#view(this.#to).orbit;
  }

  get isWhole(): boolean {
    return this.#flown >= 1 && (this.#view(this.#to).isWhole ?? true);
  }

  get twin(): StreakTwin {
    return this.#view(this.#to).twin;
  }

  /** 1, or the share of the least size of lines and sparks that would suit a small picture. */
  get room(): number {
    return Math.min(1, this.#scale / LEAST_SCALE);
  }

  /** Of lines and sparks, by the picture's size. */
  get #scale(): number {
    const { width, height } = this.#context.stage.pixels;
    return Math.min(width * 0.7, height) / 900;
  }

  get isFlying(): boolean {
    return this.#flown < 1;
  }

  /** Flies to a view; one that is called while the flight is underway begins where the picture is. */
  show(id: string): void {
    const next = numberOf(id);
    if (next === this.#to) return;
    if (next === this.#from) this.#flown = 1 - this.#flown;
    else this.#flown = 0;
    this.#from = this.#to;
    this.#to = next;
    this.#tell(this.#view(next));
    this.#context.stage.prepare(this.streakLayer.next(views[next]!.path));
  }

  update(totals: LiveTotals, text: Text, countryName: (code: string) => string): void {
    this.#totals = totals;
    this.#words = { text, countryName };
    this.#context.sensors.update(totals.sensors);
    for (const view of this.#views.values()) this.#tell(view);
    this.#setLabels();
  }

  /** Places eye, views and labels for a picture. */
  animate(picture: Picture, wallSeconds: number, rotating: boolean, paused: boolean): void {
    const { stage, labels, ring } = this.#context;
    const before = this.#flown;
    const flown = Number.isFinite(picture.elapsed) ? Math.min(picture.elapsed, LONGEST_STEP_SECONDS) : picture.elapsed;
    this.#flown = Math.min(1, this.#flown + flown / FLIGHT_SECONDS);
    const share = smooth(this.#flown);
    this.#showParts(share);
    const still = paused ? 0 : picture.elapsed;
    const [from, to] = [this.#view(this.#from), this.#view(this.#to)];
    const pose = to.orbit.animate(picture.now, still, wallSeconds, rotating);
    const start = share < 1 ? from.orbit.animate(picture.now, still, wallSeconds, rotating) : pose;
    this.#look(start, pose, from.extent, to.extent, share);
    for (const [number, view] of this.#views) if (number === this.#to || share < 1) view.animate(picture);
    // In the middle of the flight the old names have gone and the new ones come.
    if (before < 0.5 && this.#flown >= 0.5) this.#setLabels();
    this.streakLayer.upload();
    this.streakLayer.show(this.isFlying ? null : views[this.#to]!.path);
    this.#setUniforms(picture, ring, share);
    this.#pictures += 1;
    if (this.#pictures === PICTURES_BEFORE_FLIGHT) stage.prepare(this.streakLayer.next(null));
    labels.animate(stage.camera, stage.labelSpace, Math.abs(2 * share - 1));
  }

  /** The card has lost everything, and has it from the next picture on. */
  renew(): void {
    this.streaks.forget();
    this.#pictures = 0;
  }

  dispose(): void {
    for (const layer of [this.#stars, this.streakLayer, ...this.#views.values()]) layer.dispose();
    this.streaks.dispose();
    this.uniforms.categoryOf.value.dispose();
  }

  #setUniforms({ now }: Picture, ring: StreakRing, share: number): void {
    const { uniforms } = this;
    const { width, height } = this.#context.stage.pixels;
    uniforms.now.value = now - ring.base;
    uniforms.viewport.value.set(width, height);
    uniforms.pixelScale.value = Math.max(LEAST_SCALE, this.#scale);
    uniforms.viewFrom.value = this.#from;
    uniforms.viewTo.value = this.#to;
    uniforms.morph.value = this.#flown < 1 ? share : 0;
    if (this.#flown >= 1) uniforms.viewFrom.value = this.#to;
  }

  #look(start: Pose, end: Pose, from: Extent, to: Extent, share: number): void {
    const extent = {
      width: from.width + (to.width - from.width) * share,
      height: from.height + (to.height - from.height) * share,
    };
    this.#context.stage.look(share < 1 ? poseBetween(start, end, share) : end, extent);
  }

  /** What has no presence costs no draw call. */
  #showParts(share: number): void {
    for (const [number, view] of this.#views) {
      const presence = number === this.#to ? share : number === this.#from ? 1 - share : 0;
      view.setPresence(presence);
      for (const { object } of view.layers) object.visible = presence > 0;
    }
  }

  #setLabels(): void {
    const shown = this.#flown < 0.5 ? this.#from : this.#to;
    this.#context.labels.set(this.#view(shown).labels());
  }

  #tell(view: View): void {
    if (this.#totals && this.#words) view.update(this.#totals, this.#words.text, this.#words.countryName);
  }

  #view(number: number): View {
    let view = this.#views.get(number);
    if (view === undefined) {
      const { stage } = this.#context;
      view = views[number]!.create({ ...this.#context, uniforms: this.uniforms });
      for (const { object } of view.layers) stage.scene.add(object);
      this.#views.set(number, view);
    }
    return view;
  }
}

function numberOf(id: string): number {
  return Math.max(
    0,
    views.findIndex((view) => view.id === id),
  );
}

const smooth = (share: number) => share * share * share * (share * (share * 6 - 15) + 10);
