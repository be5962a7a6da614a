/** The shape of a series in the room of a word. */
import { area, curveStepAfter } from 'd3';
import { put, shape } from './shapes.ts';

const WIDTH = 100;
const HEIGHT = 20;

export function sparkline(): SVGSVGElement {
  const svg = shape('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', class: 'desk-spark' });
  svg.setAttribute('aria-hidden', 'true');
  svg.append(shape('path'));
  return svg;
}

/** From 0 to the largest; nothing where there are no values. */
export function drawSparkline(svg: Element, values: ArrayLike<number> | null): void {
  const path = svg.firstElementChild!;
  const length = values?.length ?? 0;
  if (values === null || length === 0) {
    put(path, { d: '' });
    return;
  }
  let most = 0;
  for (let at = 0; at < length; at++) most = Math.max(most, values[at]!);
  const above = (at: number) => HEIGHT - (most === 0 ? 0 : (values[Math.min(at, length - 1)]! / most) * (HEIGHT - 1));
  const ends = Array.from({ length: length + 1 }, (_, at) => at);
  const draw = area<number>((at) => (at / length) * WIDTH, HEIGHT, above).curve(curveStepAfter);
  put(path, { d: draw(ends) ?? '' });
}
