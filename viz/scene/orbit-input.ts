/** Mouse, wheel and fingers on the picture. */
import type { Orbit } from './orbit.ts';

const DEGREES_PER_HEIGHT = 130;

/** Drag turns the globe, the wheel and two fingers zoom. */
export function listenToPointer(element: HTMLElement, orbit: Orbit): void {
  const pointers = new Map<number, { x: number; y: number }>();
  const seconds = () => performance.now() / 1000;
  element.addEventListener('pointerdown', (event) => {
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) orbit.zoomBy(distance(now, other) / Math.max(1, distance(before, other)), seconds());
    else {
      const degrees = DEGREES_PER_HEIGHT / element.clientHeight / orbit.pose.zoom;
      orbit.turn((before.x - now.x) * degrees, (now.y - before.y) * degrees, seconds());
    }
    pointers.set(event.pointerId, now);
  });
  const release = (event: PointerEvent) => pointers.delete(event.pointerId);
  element.addEventListener('pointerup', release);
  element.addEventListener('pointercancel', release);
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      orbit.zoomBy(Math.exp(-Math.max(-100, Math.min(100, event.deltaY)) * 0.0015), seconds());
    },
    { passive: false },
  );
}

function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
