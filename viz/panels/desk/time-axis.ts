/** The axis of time under a chart. Every time of the desk is written here or in `tell.ts`, in the zone that was chosen, and says which. */
import { type ScaleTime, scaleTime, scaleUtc } from 'd3';
import type { ShownTime } from '../../text/time.ts';
import type { PanelContext } from '../panel.ts';
import { put, shape, syncShapes } from './shapes.ts';

const DAY_SECONDS = 86_400;
/** A time of day takes about so much room. */
const TICK_PIXELS = 78;
/** A letter of a name, and what stands between two. */
const LETTER_PIXELS = 7.3;
const GAP_PIXELS = 8;

export type TimeScale = ScaleTime<number, number>;

type TimeOf = PanelContext['timeOf'];

/** Marks stand at whole hours and days of the zone that was chosen. */
export function timeScale(
  fromSeconds: number,
  toSeconds: number,
  [left, right]: readonly [number, number],
  timeOf: TimeOf,
): TimeScale {
  const isUtc = timeOf(fromSeconds).zone === 'UTC';
  return (isUtc ? scaleUtc : scaleTime)([fromSeconds * 1000, toSeconds * 1000], [left, right]);
}

export function timeAxis(): SVGGElement {
  const group = shape('g', { class: 'chart-axis' });
  group.append(shape('g'), shape('g'), shape('text', { class: 'chart-zone', 'text-anchor': 'end' }));
  return group;
}

export function drawTimeAxis(group: SVGGElement, scale: TimeScale, y: number, timeOf: TimeOf): void {
  const [lines, names, zone] = group.children as unknown as [SVGGElement, SVGGElement, SVGTextElement];
  const [left, right] = scale.range() as [number, number];
  const [from, to] = scale.domain() as [Date, Date];
  const isLong = to.getTime() - from.getTime() > 2 * DAY_SECONDS * 1000;
  const nameOf = (tick: Date) => tickName(timeOf(tick.getTime() / 1000), isLong);
  const ticks = ticksWithRoom(scale, nameOf);
  syncShapes(lines, 'line', ticks, (node, tick) => {
    const x = Math.round(scale(tick)) + 0.5;
    put(node, { x1: x, x2: x, y1: y, y2: y + 4 });
  });
  // The last name is that of the zone.
  const named = ticks.filter((tick) => scale(tick) < right - 44 && scale(tick) > left + 12);
  syncShapes(names, 'text', named, (node, tick) => {
    put(node, { x: scale(tick), y: y + 15, 'text-anchor': 'middle' });
    node.textContent = nameOf(tick);
  });
  put(zone, { x: right, y: y + 15 });
  zone.textContent = timeOf(to.getTime() / 1000).zone;
}

/** For D3 their number is a wish, and it may make twice as many: as many as there is room for, with their names side by side. */
export function ticksWithRoom(scale: TimeScale, nameOf: (tick: Date) => string): Date[] {
  const [left, right] = scale.range() as [number, number];
  for (let wanted = Math.floor((right - left) / TICK_PIXELS); wanted > 2; wanted--) {
    const ticks = scale.ticks(wanted);
    const longest = ticks.reduce((letters, tick) => Math.max(letters, nameOf(tick).length), 0);
    const apart = ticks.length < 2 ? Number.POSITIVE_INFINITY : scale(ticks[1]!) - scale(ticks[0]!);
    if (apart >= longest * LETTER_PIXELS + GAP_PIXELS) return ticks;
  }
  return scale.ticks(2);
}

function tickName({ date, time }: ShownTime, isLong: boolean): string {
  if (isLong || time === '00:00:00')
    return time === '00:00:00' ? date.slice(5) : `${date.slice(5)} ${time.slice(0, 5)}`;
  // Between two minutes the seconds tell ticks apart.
  return time.endsWith(':00') ? time.slice(0, 5) : time;
}
