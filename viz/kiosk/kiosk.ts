/** The page on a wall: its views in turn, no controls, no pointer, nothing that burns in, and a screen that stays awake. */
import type { SceneSettings } from '../views/view.ts';
import { mayReload } from './reload.ts';
import { burnInShift, type Turn, turnAfter, turnsOf } from './turns.ts';
import { ScreenWatch } from './wake-lock.ts';

const POINTER_MILLISECONDS = 3_000;
const SHIFT_MILLISECONDS = 60_000;

export interface KioskOptions {
  readonly viewIds: readonly string[];
  settings(): SceneSettings;
  /** Shows it, without a word in the address. */
  show(settings: SceneSettings): void;
  /** The room for the picture has changed. */
  resized(): void;
  newerPage(): boolean;
  /** The server answers: a page that is reloaded now comes back. */
  connected(): boolean;
}

export class Kiosk {
  readonly #options: KioskOptions;
  readonly #turns: readonly Turn[];
  readonly #screen = new ScreenWatch();
  #before: SceneSettings | null = null;
  #end = new AbortController();
  #shifts = 0;

  constructor(options: KioskOptions) {
    this.#options = options;
    this.#turns = turnsOf(options.viewIds);
  }

  get running(): boolean {
    return this.#before !== null;
  }

  start(seconds: number): void {
    if (this.running) return;
    this.#before = this.#options.settings();
    this.#end = new AbortController();
    const { signal } = this.#end;
    const timers = [
      setInterval(() => this.#turn(), seconds * 1000),
      setInterval(() => this.#shift(), SHIFT_MILLISECONDS),
    ];
    signal.addEventListener('abort', () => timers.forEach(clearInterval));
    document.documentElement.classList.add('kiosk');
    // A control that is not seen takes no keys.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    this.#shift();
    this.#hidePointer(signal);
    this.#screen.keepAwake(signal);
    // Browsers allow it for a click or a key only: the first one takes the whole screen.
    window.addEventListener('click', () => void fullScreen(), { signal, once: true });
    this.#options.resized();
  }

  stop(): void {
    const before = this.#before;
    if (before === null) return;
    this.#before = null;
    this.#end.abort();
    const { documentElement: root } = document;
    root.classList.remove('kiosk', 'pointer-hidden');
    for (const name of ['--shift-x', '--shift-y']) root.style.removeProperty(name);
    if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
    this.#options.show(before);
    this.#options.resized();
  }

  #turn(): void {
    const { settings, show, newerPage, connected } = this.#options;
    const now = { pageSeconds: performance.now() / 1000, newerPage: newerPage(), connected: connected() };
    if (mayReload(now)) {
      location.reload();
      return;
    }
    const shown = settings();
    show({ ...shown, ...turnAfter(this.#turns, { view: shown.view, flat: shown.flat }) });
  }

  #shift(): void {
    const { x, y } = burnInShift(this.#shifts++);
    const { style } = document.documentElement;
    style.setProperty('--shift-x', `${x}px`);
    style.setProperty('--shift-y', `${y}px`);
  }

  #hidePointer(signal: AbortSignal): void {
    const { classList } = document.documentElement;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const rest = () => {
      clearTimeout(timer);
      classList.remove('pointer-hidden');
      timer = setTimeout(() => classList.add('pointer-hidden'), POINTER_MILLISECONDS);
    };
    rest();
    window.addEventListener('pointermove', rest, { signal });
    signal.addEventListener('abort', () => clearTimeout(timer));
  }
}

async function fullScreen(): Promise<void> {
  if (document.fullscreenElement) return;
  // Where it is not allowed the page stays in its window.
  await document.documentElement.requestFullscreen?.().catch(() => undefined);
}
