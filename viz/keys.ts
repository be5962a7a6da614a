/** The keyboard: everything that the mouse can do. */
import type { Page } from './page.ts';

const STEP_DEGREES = 6;
const ZOOM_STEP = 1.15;

export function listenToKeys(page: Page): void {
  const { orbit, actions } = page;
  const seconds = () => performance.now() / 1000;
  const turn = (east: number, north: number) => orbit.turn(east * STEP_DEGREES, north * STEP_DEGREES, seconds());
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => turn(-1, 0),
    ArrowRight: () => turn(1, 0),
    ArrowUp: () => turn(0, 1),
    ArrowDown: () => turn(0, -1),
    '+': () => orbit.zoomBy(ZOOM_STEP, seconds()),
    '=': () => orbit.zoomBy(ZOOM_STEP, seconds()),
    '-': () => orbit.zoomBy(1 / ZOOM_STEP, seconds()),
    r: () => orbit.reset(),
    a: actions.toggleRotation,
    h: actions.togglePanels,
    f: actions.toggleFullScreen,
    l: actions.toggleLanguage,
    ' ': actions.togglePause,
    '?': actions.toggleHelp,
  };
  window.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.target instanceof HTMLButtonElement;
    // A focused button answers to the space bar itself.
    if (onButton && event.key === ' ') return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
