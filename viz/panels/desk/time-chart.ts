/** Areas over time, with the time in which nobody watched hatched, and a brush that chooses a span. */
import { area, brushX, curveStepAfter, max, scaleLinear, select, stack } from 'd3';
import type { SeriesAnswer } from '../../feed/series-answer.ts';
import type { Span } from '../../feed/span.ts';
import { formatShort } from '../../text/format.ts';
import { element, type PanelContext } from '../panel.ts';
import { put, shape, syncShapes } from './shapes.ts';
import { drawTimeAxis, type TimeScale, timeAxis, timeScale } from './time-axis.ts';

export interface ChartLayer {
  readonly values: Float64Array;
  readonly colour: string;
}

export interface ChartData {
  readonly answer: SeriesAnswer;
  readonly layers: readonly ChartLayer[];
  /** Values are sums of their bin, and are shown a second. */
  readonly isRate: boolean;
}

export interface TimeChart {
  readonly element: HTMLElement;
  draw(data: ChartData | null): void;
}

export interface ChartOptions {
  readonly timeOf: PanelContext['timeOf'];
  choose(span: Span): void;
  /** A double click: to the span before. */
  back(): void;
}

const LEFT = 46;
const BOTTOM = 20;
const TOP = 6;
/** A bin that has just begun says little of its rate. */
const LEAST_SHARE = 0.3;
let charts = 0;

export function timeChart(label: string, { choose, back, timeOf }: ChartOptions): TimeChart {
  const svg = shape('svg', { class: 'chart', role: 'img', 'aria-label': label });
  const hatchId = `hatch-${++charts}`;
  const defs = shape('defs');
  defs.append(hatchPattern(hatchId));
  const [areas, outages, levels] = [
    shape('g', { class: 'chart-areas' }),
    shape('g', { class: 'chart-outages' }),
    shape('g', { class: 'chart-levels' }),
  ];
  const axis = timeAxis();
  const brushGroup = shape('g', { class: 'chart-brush' });
  svg.append(defs, levels, areas, outages, axis, brushGroup);
  const root = element('div', 'chart-box', svg);
  let data: ChartData | null = null;
  let size = { width: 0, height: 0 };
  let scale: TimeScale | null = null;
  const brush = brushX<unknown>().on('end', ({ selection, sourceEvent }) => {
    if (!selection || !sourceEvent || !scale || !data) return;
    const [from, to] = (selection as [number, number]).map((x) => scale!.invert(x).getTime() / 1000) as [
      number,
      number,
    ];
    select(brushGroup as Element).call(brush.move as never, null);
    choose(wholeBins(from, to, data.answer));
  });
  brushGroup.addEventListener('dblclick', back);

  function redraw(): void {
    const { width, height } = size;
    if (data === null || width < 60 || height < 40) return;
    const { answer, layers, isRate } = data;
    put(svg, { viewBox: `0 0 ${width} ${height}` });
    const floor = height - BOTTOM;
    const { fromSeconds, toSeconds } = edges(answer);
    scale = timeScale(fromSeconds, toSeconds, [LEFT, width - 4], timeOf);
    const x = scale;
    const drawn = drawnBins(answer, isRate);
    const rows = Array.from({ length: drawn.count }, (_, at) => at);
    const stacked = stack<number, number>()
      .keys(layers.map((_, at) => at))
      .value((at, layer) => layers[layer]!.values[at]! / drawn.secondsOf(at))(rows);
    const most = max(stacked.at(-1) ?? [], ([, above]) => above) ?? 0;
    const y = scaleLinear([0, most || 1], [floor, TOP]).nice(4);
    const ends = (at: number) => Math.min(toSeconds, answer.bins[0]! + at * answer.stepSeconds) * 1000;
    syncShapes(areas, 'path', stacked, (node, series) => {
      // A step lasts as long as its bin; the last one has an end, too.
      const points = [...series, ...series.slice(-1)];
      const draw = area<(typeof series)[number]>(
        (_, at) => x(ends(at)),
        ([low]) => y(low),
        ([, high]) => y(high),
      );
      put(node, { d: draw.curve(curveStepAfter)(points) ?? '', fill: layers[series.key]!.colour });
    });
    drawLevels(
      levels,
      y.ticks(3).map((value) => ({ value, y: y(value) })),
      width,
    );
    syncShapes(outages, 'rect', outagesOf(answer), (node, { from, to }) => {
      const left = x(Math.max(fromSeconds, from) * 1000);
      put(node, { x: left, y: TOP, width: Math.max(1, x(Math.min(toSeconds, to) * 1000) - left), height: floor - TOP });
      put(node, { fill: `url(#${hatchId})` });
    });
    drawTimeAxis(axis, x, floor, timeOf);
    brush.extent([
      [LEFT, 0],
      [width - 4, floor],
    ]);
    select(brushGroup as Element).call(brush as never);
  }

  new ResizeObserver(([entry]) => {
    const { width, height } = drawingSize(entry!.contentRect);
    if (Math.abs(width - size.width) < 1 && Math.abs(height - size.height) < 1) return;
    size = { width: Math.round(width), height: Math.round(height) };
    redraw();
  }).observe(root);
  return {
    element: root,
    draw(wanted) {
      data = wanted;
      redraw();
    },
  };
}

/** Letters of a screen of 1920 × 1080. */
const LETTER_PIXELS = 16.5;

/** On a larger screen charts are drawn as on that one, and enlarged with the letters beside them. */
function drawingSize({ width, height }: { readonly width: number; readonly height: number }) {
  const letter = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const scale = Math.max(1, letter / LETTER_PIXELS);
  return { width: width / scale, height: height / scale };
}

/** From the begin of the first bin: it is counted whole. */
export function edges({ bins, fromSeconds, toSeconds }: SeriesAnswer) {
  return {
    fromSeconds: Math.min(fromSeconds, bins[0] ?? fromSeconds),
    toSeconds: Math.max(toSeconds, fromSeconds + 1),
  };
}

function drawnBins({ bins, toSeconds, stepSeconds }: SeriesAnswer, isRate: boolean) {
  const covered = (at: number) => Math.min(stepSeconds, toSeconds - bins[at]!);
  const isShort = bins.length > 1 && covered(bins.length - 1) < stepSeconds * LEAST_SHARE;
  return { count: bins.length - (isShort ? 1 : 0), secondsOf: (at: number) => (isRate ? covered(at) : 1) };
}

/** Brushed to the nearest bins, at least one. */
function wholeBins(from: number, to: number, { bins, stepSeconds, toSeconds }: SeriesAnswer): Span {
  const first = bins[0] ?? 0;
  const near = (seconds: number) => first + Math.round((seconds - first) / stepSeconds) * stepSeconds;
  const fromSeconds = Math.max(0, near(from));
  return { kind: 'fixed', fromSeconds, toSeconds: Math.max(fromSeconds + stepSeconds, Math.min(near(to), toSeconds)) };
}

/** Stretches of bins in which no sensor watched for some of the time. */
export function outagesOf({ bins, stepSeconds, outageSeconds }: SeriesAnswer): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const [at, seconds] of outageSeconds.entries()) {
    if (seconds === 0) continue;
    const last = found.at(-1);
    if (last !== undefined && last.to === bins[at]) last.to += stepSeconds;
    else found.push({ from: bins[at]!, to: bins[at]! + stepSeconds });
  }
  return found;
}

function drawLevels(group: SVGGElement, ticks: readonly { value: number; y: number }[], width: number): void {
  syncShapes(group, 'g', ticks, (node, { value, y }) => {
    if (node.children.length === 0) node.append(shape('line'), shape('text', { 'text-anchor': 'end' }));
    put(node.children[0]!, { x1: LEFT, x2: width - 4, y1: Math.round(y) + 0.5, y2: Math.round(y) + 0.5 });
    put(node.children[1]!, { x: LEFT - 6, y: y + 3.5 });
    node.children[1]!.textContent = value !== 0 && value < 10 ? String(Number(value.toFixed(2))) : formatShort(value);
  });
}

export function hatchPattern(id: string): SVGPatternElement {
  const pattern = shape('pattern', {
    id,
    width: 6,
    height: 6,
    patternUnits: 'userSpaceOnUse',
    patternTransform: 'rotate(45)',
  });
  pattern.append(shape('line', { x1: 0, x2: 0, y1: 0, y2: 6, class: 'chart-hatch' }));
  return pattern;
}
