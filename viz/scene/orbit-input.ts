/** Mouse, wheel and fingers on the picture. */
import type { Orbit } from './orbit.ts';

const DEGREES_PER_HEIGHT = 130;
/** A press that moves less is a click. */
const CLICK_PIXELS = 4;

export interface PointerListener {
  /** Of the view that is shown. */
  orbit(): Orbit | null;
  /** The pointer is over the picture, in CSS pixels of the canvas, and nothing is dragged; null when it has left. */
  hover(at: { x: number; y: number } | null): void;
  click(at: { x: number; y: number }): void;
}

/** Drag turns the view, the wheel and two fingers zoom, what does not move is a click. */
export function listenToPointer(element: HTMLElement, { orbit, hover, click }: PointerListener): void {
  const pointers = new Map<number, { x: number; y: number }>();
  const seconds = () => performance.now() / 1000;
  const placeOf = (event: PointerEvent) => ({ x: event.offsetX, y: event.offsetY });
  let moved = 0;
  element.addEventListener('pointerdown', (event) => {
    moved = 0;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return hover(placeOf(event));
    const now = { x: event.clientX, y: event.clientY };
    moved += distance(before, now);
    if (moved >= CLICK_PIXELS) hover(null);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    const current = orbit();
    if (other) current?.zoomBy(distance(now, other) / Math.max(1, distance(before, other)), seconds());
    else if (current) {
      const degrees = DEGREES_PER_HEIGHT / element.clientHeight / current.pose.zoom;
      current.turn((before.x - now.x) * degrees, (now.y - before.y) * degrees, seconds());
    }
    pointers.set(event.pointerId, now);
  });
  const release = (event: PointerEvent) => pointers.delete(event.pointerId);
  element.addEventListener('pointerup', (event) => {
    release(event);
    if (moved < CLICK_PIXELS && pointers.size === 0) click(placeOf(event));
  });
  element.addEventListener('pointercancel', release);
  element.addEventListener('pointerleave', () => hover(null));
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      orbit()?.zoomBy(Math.exp(-Math.max(-100, Math.min(100, event.deltaY)) * 0.0015), seconds());
    },
    { passive: false },
  );
}

function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
