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
}

const point = new Vector3();

export class LabelOverlay {
  readonly element: HTMLElement;
  #shown: Shown[] = [];

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
    for (const { element } of kept.values()) element.remove();
  }

  /** `presence` fades all of them, while a view comes or goes. */
  animate(camera: PerspectiveCamera, width: number, height: number, presence = 1): void {
    const taken: [number, number, number, number][] = [];
    for (const shown of this.#shown) {
      const place = shown.label.at();
      point.set(...place);
      const overHorizon = shown.label.hiddenBehindGlobe?.() ? point.dot(camera.position) - 1 : 1;
      point.project(camera);
      const x = (point.x * 0.5 + 0.5) * width;
      const y = (0.5 - point.y * 0.5) * height;
      const box = boxAround(shown, x, y);
      const free = overHorizon > 0.05 && !taken.some((other) => overlaps(box, other));
      if (free) taken.push(box);
      const { style } = shown.element;
      style.opacity = free ? String(Math.min(1, overHorizon * 3) * presence) : '0';
      style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    }
  }

  #create(label: Label): Shown {
    const element = document.createElement('div');
    element.className = `label label-${label.kind}`;
    const inner = document.createElement('span');
    inner.textContent = label.text;
    element.append(inner);
    this.element.append(element);
    return { label, element, width: inner.offsetWidth, height: inner.offsetHeight };
  }
}

/** Sensors and the edge carry their text to the right of the place, countries around it. */
function boxAround({ label, width, height }: Shown, x: number, y: number): [number, number, number, number] {
  const left = label.kind === 'sensor' || label.kind === 'edge' ? x : x - width / 2;
  return [left, y - height / 2, left + width, y + height / 2];
}

function overlaps(a: readonly number[], b: readonly number[]): boolean {
  return a[0]! < b[2]! && b[0]! < a[2]! && a[1]! < b[3]! && b[1]! < a[3]!;
}
