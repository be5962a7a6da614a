/** Names on the picture: DOM text over the canvas, placed once a picture, hidden behind the globe. */
import { type PerspectiveCamera, Vector3 } from 'three';
import type { Vector } from './sphere.ts';

export interface Label {
  readonly key: string;
  readonly text: string;
  readonly kind: 'country' | 'sensor' | 'edge' | 'axis' | 'plane';
  /** Where it stands; asked at each picture, since the edge ring turns with the eye. */
  readonly at: () => Vector;
  /** Whether the globe can hide it now. Absent where there is none. */
  readonly hiddenBehindGlobe?: () => boolean;
}

interface Shown {
  label: Label;
  element: HTMLElement;
  width: number;
  height: number;
  /** Where it belongs now, and how far over the globe's horizon. */
  x: number;
  y: number;
  overHorizon: number;
  /** Where it was put last. */
  readonly put: { x: number; y: number; overHorizon: number };
}

/** Names are put anew when one has moved by so many pixels, or so far over the horizon: a slow turn costs no layout a picture. */
const STEP_PIXELS = 0.4;
const STEP_OVER_HORIZON = 0.02;

const PICTURES_TO_REST = 3;

/** Between a sensor's mark and its name, in heights of the name; style.css has the same in rem. */
const SENSOR_GAP = 1.42;

/** In CSS pixels; right of `right` panels stand over the picture. */
export interface LabelSpace {
  readonly width: number;
  readonly height: number;
  readonly right: number;
}

const point = new Vector3();

export class LabelOverlay {
  readonly element: HTMLElement;
  #shown: Shown[] = [];
  #presence = Number.NaN;
  #picturesAtRest = 0;
  #measuredIn = { width: 0, height: 0 };

  constructor(element: HTMLElement) {
    this.element = element;
  }

  /** Shows these, the more important first: where two would overlap, the later one is left out. */
  set(labels: readonly Label[]): void {
    const kept = new Map(
      this.#shown.map((shown) => [`${shown.label.kind} ${shown.label.key} ${shown.label.text}`, shown]),
    );
    this.#shown = labels.map((label) => {
      const id = `${label.kind} ${label.key} ${label.text}`;
      const before = kept.get(id);
      kept.delete(id);
      return before ? { ...before, label } : this.#create(label);
    });
    this.#presence = Number.NaN;
    for (const { element } of kept.values()) element.remove();
    // Shadows of later ones lie over earlier ones.
    for (const [at, { element }] of this.#shown.entries())
      if (this.element.children[at] !== element) this.element.insertBefore(element, this.element.children[at] ?? null);
  }

  /** `presence` fades all of them, while a view comes or goes. */
  animate(camera: PerspectiveCamera, size: LabelSpace, presence = 1): void {
    this.#measureIn(size);
    let hasMoved = presence !== this.#presence;
    let isAtRest = true;
    for (const shown of this.#shown) {
      const { x, y, overHorizon, put } = shown;
      place(shown, camera, size);
      isAtRest &&= shown.x === x && shown.y === y && shown.overHorizon === overHorizon;
      hasMoved ||= !isNear(shown, put);
    }
    // What has come to rest stands where it belongs, whatever way it came.
    if (isAtRest) hasMoved ||= this.#shown.some((shown) => !isAt(shown, shown.put));
    this.#rest(isAtRest);
    if (!hasMoved) return;
    this.#presence = presence;
    const taken: [number, number, number, number][] = [];
    for (const shown of this.#shown) {
      const { x, y, overHorizon, put, element } = shown;
      const isLeft =
        shown.label.kind === 'sensor' && standsLeft(x, SENSOR_GAP * shown.height + shown.width, size.right);
      const box = boxAround(shown, isLeft);
      const free = overHorizon > 0.05 && !taken.some((other) => overlaps(box, other));
      if (free) taken.push(box);
      element.style.opacity = free ? (Math.min(1, overHorizon * 3) * presence).toFixed(2) : '0';
      element.classList.toggle('label-left', isLeft);
      element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
      Object.assign(put, { x, y, overHorizon });
    }
  }

  /** Letters are as large as the window suits. */
  #measureIn({ width, height }: LabelSpace): void {
    if (width === this.#measuredIn.width && height === this.#measuredIn.height) return;
    this.#measuredIn = { width, height };
    for (const shown of this.#shown) Object.assign(shown, sizeOf(shown.element));
    this.#presence = Number.NaN;
  }

  /**
   * What moves is moved as it was drawn, by fractions of a pixel (style.css: `.moving`); what rests is drawn anew, sharp and
   * the same each time. One picture in which nothing moved is no rest yet.
   */
  #rest(isAtRest: boolean): void {
    this.#picturesAtRest = isAtRest ? this.#picturesAtRest + 1 : 0;
    if (this.#picturesAtRest === 0) this.element.classList.add('moving');
    else if (this.#picturesAtRest === PICTURES_TO_REST) this.element.classList.remove('moving');
  }

  #create(label: Label): Shown {
    const element = document.createElement('div');
    element.className = `label label-${label.kind}`;
    const inner = document.createElement('span');
    inner.textContent = label.text;
    element.append(inner);
    this.element.append(element);
    const put = { x: Number.NaN, y: Number.NaN, overHorizon: Number.NaN };
    return { label, element, ...sizeOf(element), ...put, put };
  }
}

function sizeOf({ firstElementChild: text }: HTMLElement): { width: number; height: number } {
  const { offsetWidth, offsetHeight } = text as HTMLElement;
  return { width: offsetWidth, height: offsetHeight };
}

/** A sensor's name stands right of its mark, unless it does not fit there and has more room on the left. */
export function standsLeft(x: number, needed: number, right: number): boolean {
  const [over, overLeft] = [x + needed - right, needed - x];
  return over > 0 && overLeft < over;
}

/** Works out where a name belongs. */
function place(shown: Shown, camera: PerspectiveCamera, size: { width: number; height: number }): void {
  const { label } = shown;
  point.set(...label.at());
  shown.overHorizon = label.hiddenBehindGlobe?.() ? point.dot(camera.position) - 1 : 1;
  point.project(camera);
  shown.x = (point.x * 0.5 + 0.5) * size.width;
  shown.y = (0.5 - point.y * 0.5) * size.height;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly overHorizon: number;
}

const isAt = (a: Place, b: Place) => a.x === b.x && a.y === b.y && a.overHorizon === b.overHorizon;
const isNear = (a: Place, b: Place) =>
  Math.abs(a.x - b.x) < STEP_PIXELS &&
  Math.abs(a.y - b.y) < STEP_PIXELS &&
  Math.abs(a.overHorizon - b.overHorizon) < STEP_OVER_HORIZON;

/** A sensor's text stands beside its mark, and nothing stands on the mark; the edge's begins at its place, others lie around. */
function boxAround({ label, width, height, x, y }: Shown, isLeft: boolean): [number, number, number, number] {
  const gap = SENSOR_GAP * height;
  const [top, bottom] = [y - height / 2, y + height / 2];
  if (label.kind === 'sensor')
    return isLeft ? [x - gap - width, top, x + gap, bottom] : [x - gap, top, x + gap + width, bottom];
  const left = label.kind === 'edge' ? x : x - width / 2;
  return [left, top, left + width, bottom];
}

function overlaps(a: readonly number[], b: readonly number[]): boolean {
  return a[0]! < b[2]! && b[0]! < a[2]! && a[1]! < b[3]! && b[1]! < a[3]!;
}
