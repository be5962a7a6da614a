/** Which targets were hit when: a point for each flow. A sweep in the order of slots is a line, a random one a cloud. */
import type { FlowPoints } from '../../feed/breakdown-answer.ts';
import { element } from '../panel.ts';

const SLOTS = 65_536;
const POINT_PIXELS = 2;
/** Points on one another are brighter. */
const OPACITY = 0.55;

export interface Pattern {
  readonly element: HTMLElement;
  draw(points: FlowPoints | null, fromSeconds: number, toSeconds: number): void;
}

export function createPattern(label: string): Pattern {
  const canvas = element('canvas', 'about-pattern');
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  const box = element('div', 'about-pattern-box', canvas);
  let shown: Parameters<Pattern['draw']> = [null, 0, 1];

  function redraw(): void {
    const [points, fromSeconds, toSeconds] = shown;
    const { clientWidth: width, clientHeight: height } = canvas;
    const context = canvas.getContext('2d');
    if (context === null || width === 0) return;
    const scale = window.devicePixelRatio;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.scale(scale, scale);
    if (points === null) return;
    context.fillStyle = getComputedStyle(canvas).color;
    context.globalAlpha = OPACITY;
    for (let row = 0; row < points.length; row++) {
      const x = ((points.seconds[row]! - fromSeconds) / (toSeconds - fromSeconds)) * (width - POINT_PIXELS);
      const y = (1 - points.slot[row]! / SLOTS) * (height - POINT_PIXELS);
      context.fillRect(x, y, POINT_PIXELS, POINT_PIXELS);
    }
  }

  new ResizeObserver(redraw).observe(canvas);
  return {
    element: box,
    draw(...wanted) {
      shown = wanted;
      redraw();
    },
  };
}
