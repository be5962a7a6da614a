/** The history as it is drawn: packets by bin, time in which nobody watched, the chosen span, marks and the moment shown. */
import { area, curveStepAfter, max, scaleLinear } from 'd3';
import type { SeriesAnswer } from '../../feed/series-answer.ts';
import { put, shape, syncShapes } from '../desk/shapes.ts';
import { drawTimeAxis, type TimeScale, timeAxis, timeScale } from '../desk/time-axis.ts';
import { hatchPattern, outagesOf } from '../desk/time-chart.ts';
import type { PanelContext } from '../panel.ts';
import type { BarSpan } from './bar-span.ts';

export interface BarMarks {
  readonly atSeconds: number | null;
  /** What panels answer for, where it stands still. */
  readonly chosen: { readonly fromSeconds: number; readonly toSeconds: number } | null;
  readonly bookmarks: readonly number[];
}

const AXIS = 18;
const TOP = 3;
const HATCH = 'time-bar-hatch';

export class BarPicture {
  readonly svg = shape('svg', { class: 'time-bar-picture', 'aria-hidden': 'true' });
  readonly #timeOf: PanelContext['timeOf'];
  readonly #history = shape('path', { class: 'time-bar-history' });
  readonly #outages = shape('g');
  readonly #axis = timeAxis();
  readonly #chosen = shape('rect', { class: 'time-bar-chosen', y: 0 });
  readonly #bookmarks = shape('g', { class: 'time-bar-bookmarks' });
  readonly #head = shape('g', { class: 'time-bar-head' });
  #size = { width: 0, height: 0 };
  #scale: TimeScale | null = null;

  constructor(timeOf: PanelContext['timeOf']) {
    this.#timeOf = timeOf;
    const defs = shape('defs');
    defs.append(hatchPattern(HATCH));
    this.#head.append(shape('line', { x1: 0, x2: 0, y1: 0 }), shape('path', { d: 'M-5 0 H5 L0 7 Z' }));
    this.svg.append(defs, this.#chosen, this.#history, this.#outages, this.#axis, this.#bookmarks, this.#head);
  }

  /** In pixels of its own drawing. */
  resize(width: number, height: number): void {
    this.#size = { width: Math.round(width), height: Math.round(height) };
    put(this.svg, { viewBox: `0 0 ${this.#size.width} ${this.#size.height}` });
  }

  /** Capture time at a place between 0 and 1 of the width; null before anything is drawn. */
  secondsAt(share: number): number | null {
    if (this.#scale === null) return null;
    return this.#scale.invert(share * this.#size.width).getTime() / 1000;
  }

  /** Place in pixels of the drawing. */
  placeOf(seconds: number): number {
    return this.#scale?.(seconds * 1000) ?? 0;
  }

  draw(span: BarSpan, answer: SeriesAnswer | null): void {
    const { width, height } = this.#size;
    if (width < 60 || height < 20) return;
    const floor = height - AXIS;
    this.#scale = timeScale(span.fromSeconds, span.toSeconds, [0, width], this.#timeOf);
    put(this.#history, { d: answer === null ? '' : this.#historyPath(answer, floor) });
    const outages = answer === null ? [] : outagesOf(answer);
    const seen = outages.filter(({ from, to }) => to > span.fromSeconds && from < span.toSeconds);
    syncShapes(this.#outages, 'rect', seen, (node, { from, to }) => {
      const [left, right] = [
        this.placeOf(Math.max(span.fromSeconds, from)),
        this.placeOf(Math.min(span.toSeconds, to)),
      ];
      put(node, { x: left, y: 0, width: Math.max(1, right - left), height: floor, fill: `url(#${HATCH})` });
    });
    drawTimeAxis(this.#axis, this.#scale, floor, this.#timeOf);
    put(this.#head.firstElementChild!, { y2: floor });
  }

  mark({ atSeconds, chosen, bookmarks }: BarMarks): void {
    const { width, height } = this.#size;
    const floor = Math.max(0, height - AXIS);
    const within = (x: number) => Math.min(width, Math.max(0, x));
    const [left, right] = chosen
      ? [chosen.fromSeconds, chosen.toSeconds].map((at) => within(this.placeOf(at)))
      : [0, 0];
    put(this.#chosen, { x: left!, width: Math.max(0, right! - left!), height: floor });
    const shown = bookmarks.map((at) => this.placeOf(at)).filter((x) => x >= 0 && x <= width);
    syncShapes(this.#bookmarks, 'path', shown, (node, x) =>
      put(node, { d: `M${x - 4} 0 H${x + 4} V9 L${x} 5 L${x - 4} 9 Z` }),
    );
    const x = atSeconds === null || this.#scale === null ? -20 : this.placeOf(atSeconds);
    put(this.#head, { transform: `translate(${Math.min(width - 1, Math.max(-20, x)).toFixed(1)} 0)` });
  }

  #historyPath({ bins, keys, stepSeconds }: SeriesAnswer, floor: number): string {
    const values = keys[0]?.values ?? new Float64Array(bins.length);
    // A flood would flatten all the rest: the root of the rate leaves both to be seen.
    const y = scaleLinear([0, Math.sqrt(max(values) || 1)], [floor, TOP]);
    const at = Array.from({ length: bins.length + 1 }, (_, index) => index);
    const draw = area<number>(
      (index) => this.placeOf((bins[0] ?? 0) + index * stepSeconds),
      floor,
      (index) => y(Math.sqrt(values[Math.min(index, bins.length - 1)] ?? 0)),
    );
    return bins.length === 0 ? '' : (draw.curve(curveStepAfter)(at) ?? '');
  }
}
