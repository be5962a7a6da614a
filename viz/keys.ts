/** The keyboard: everything that the mouse can do. */
import { type KeyName, keyList } from './key-list.ts';
import { DEFAULT_SECONDS } from './kiosk/turns.ts';
import type { Page } from './page.ts';
import { stepSpeed } from './replay/speeds.ts';
import { views } from './views/index.ts';

const STEP_DEGREES = 6;
const ZOOM_STEP = 1.15;

type Act = (key: string) => void;

function actsOf(page: Page): Readonly<Record<KeyName, Act>> {
  const { actions, state } = page;
  const seconds = () => performance.now() / 1000;
  const steps: Readonly<Record<string, readonly [east: number, north: number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, 1],
    ArrowDown: [0, -1],
  };
  return {
    views: (key) => {
      const view = views.find((one) => one.key === key);
      if (view) actions.show(view.id);
    },
    map: actions.toggleMap,
    height: actions.toggleHeight,
    colour: actions.colourNext,
    pointer: () => undefined,
    escape: () => {
      if (state.kioskSeconds === null) actions.unpin();
      else actions.setKiosk(null);
    },
    turn: (key) => {
      const [east, north] = steps[key] ?? [0, 0];
      page.orbit?.turn(east * STEP_DEGREES, north * STEP_DEGREES, seconds());
    },
    zoom: (key) => page.orbit?.zoomBy(key === '-' ? 1 / ZOOM_STEP : ZOOM_STEP, seconds()),
    reset: () => page.orbit?.reset(),
    rotate: actions.toggleRotation,
    desk: actions.toggleDesk,
    hide: actions.togglePanels,
    table: actions.toggleTable,
    fullScreen: actions.toggleFullScreen,
    kiosk: () => actions.setKiosk(state.kioskSeconds === null ? DEFAULT_SECONDS : null),
    palette: actions.paletteNext,
    timeZone: actions.toggleTimeZone,
    language: actions.toggleLanguage,
    filter: actions.editFilter,
    signIn: actions.toggleSignIn,
    pause: actions.togglePause,
    stepBack: () => actions.step(-1),
    stepForward: () => actions.step(1),
    slower: () => actions.setSpeed(stepSpeed(state.replay?.speed ?? 1, -1)),
    faster: () => actions.setSpeed(stepSpeed(state.replay?.speed ?? 1, 1)),
    loop: actions.toggleLoop,
    mark: actions.markMoment,
    live: actions.goLive,
    sessions: actions.toggleSessions,
    takePicture: actions.takePicture,
    record: actions.toggleRecording,
    help: actions.toggleHelp,
  };
}

const nameOfKey = new Map(
  Object.entries(keyList).flatMap(([name, { keys }]) => keys.map((key) => [key as string, name as KeyName] as const)),
);

export function listenToKeys(page: Page): void {
  const acts = actsOf(page);
  window.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    if (isTyping(target)) return;
    const name = nameOfKey.get(key.length === 1 ? key.toLowerCase() : key);
    if (name === undefined) return;
    // A dialog has keys of its own, and nothing happens behind it; the key that opened it closes it.
    const dialog = document.querySelector<HTMLDialogElement>('dialog[open]');
    if (dialog && dialog.dataset.key !== name) return;
    // A focused button or link answers to the space bar itself, and a box that scrolls to the arrows.
    if (target instanceof HTMLElement && target.id !== 'picture' && target !== document.body) {
      if (name === 'pause') return;
      if (name === 'turn' && target.tabIndex >= 0 && !(target instanceof HTMLButtonElement)) return;
    }
    event.preventDefault();
    acts[name](key);
  });
}

/** A field of a dialog that was just closed keeps the focus until the next picture: nobody types into it. */
function isTyping(target: EventTarget | null): boolean {
  const isField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  return isField && target.closest('dialog:not([open])') === null;
}
