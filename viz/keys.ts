/** The keyboard: everything that the mouse can do. */
import type { Page } from './page.ts';
import { views } from './views/index.ts';

const STEP_DEGREES = 6;
const ZOOM_STEP = 1.15;

export function listenToKeys(page: Page): void {
  const { actions } = page;
  const seconds = () => performance.now() / 1000;
  const turn = (east: number, north: number) => page.orbit?.turn(east * STEP_DEGREES, north * STEP_DEGREES, seconds());
  const zoom = (factor: number) => page.orbit?.zoomBy(factor, seconds());
  const keys: Readonly<Record<string, () => void>> = {
    ...Object.fromEntries(views.map(({ id, key }) => [key, () => actions.show(id)])),
    ArrowLeft: () => turn(-1, 0),
    ArrowRight: () => turn(1, 0),
    ArrowUp: () => turn(0, 1),
    ArrowDown: () => turn(0, -1),
    '+': () => zoom(ZOOM_STEP),
    '=': () => zoom(ZOOM_STEP),
    '-': () => zoom(1 / ZOOM_STEP),
    r: () => page.orbit?.reset(),
    a: actions.toggleRotation,
    m: actions.toggleMap,
    p: actions.toggleHeight,
    c: actions.colourNext,
    d: actions.toggleDesk,
    h: actions.togglePanels,
    f: actions.toggleFullScreen,
    l: actions.toggleLanguage,
    i: actions.toggleSignIn,
    ' ': actions.togglePause,
    Escape: actions.unpin,
    '?': actions.toggleHelp,
  };
  window.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLInputElement) return;
    // The sign-in has keys of its own: nothing happens behind it.
    if (page.board.signIn.element.open) return;
    // A panel that has the page has its keys, too.
    if (page.board.desk.dialog.open) return;
    const onButton = event.target instanceof HTMLButtonElement;
    // A focused button answers to the space bar itself.
    if (onButton && event.key === ' ') return;
    // A dialog closes with Escape by itself.
    if (event.key === 'Escape' && page.board.help.open) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
