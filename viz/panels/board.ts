/** All panels of one language on the page, and what they leave free for the picture. */
import type { FreeArea } from '../scene/stage.ts';
import type { PageState } from '../state.ts';
import { type AboutSheet, createAbout } from './about/about.ts';
import { createPayloadSheet } from './about/payload.ts';
import { Desk } from './desk/desk.ts';
import { createHelp } from './help.ts';
import { panels } from './index.ts';
import { createPackets, type PacketDialog } from './packets/packets.ts';
import { element, type Panel, type PanelContext } from './panel.ts';
import { createSceneTable, type SceneTable } from './scene-table.ts';
import { createSessions, type SessionsDialog } from './sessions/sessions.ts';
import { shownOf } from './shown.ts';
import { createSignIn, type SignInDialog } from './sign-in.ts';
import { createSkipLinks } from './skip-links.ts';

/** Below this width panels stand under the picture, not beside it; the same figure is in style.css. */
const NARROW_PIXELS = 900;
/** All panels are updated in so many turns: a layout of all at once is one that a picture waits for. */
export const TURNS = 6;

export class Board {
  readonly element: HTMLElement;
  readonly help: HTMLDialogElement;
  readonly signIn: SignInDialog;
  readonly desk: Desk;
  readonly table: SceneTable;
  readonly about: AboutSheet;
  readonly sessions: SessionsDialog;
  readonly payload: AboutSheet;
  readonly packets: PacketDialog;
  /** For those who go through the page by the keyboard: they stand before everything else. */
  readonly skipLinks: HTMLElement;
  readonly #panels: Panel[] = [];
  #turn = 0;
  readonly #columns: Record<'left' | 'right' | 'bottom', HTMLElement>;

  constructor(context: PanelContext) {
    const column = (name: keyof typeof panels) => {
      const made = panels[name].map((make) => make(context));
      this.#panels.push(...made);
      const box = element('div', name, ...made.map((panel) => panel.element));
      box.id = `board-${name}`;
      return box;
    };
    this.#columns = { left: column('left'), right: column('right'), bottom: column('bottom') };
    this.help = createHelp(context);
    this.signIn = createSignIn(context);
    this.table = createSceneTable(context);
    this.desk = new Desk(context);
    this.about = createAbout(context);
    this.payload = createPayloadSheet(context);
    this.packets = createPackets(context);
    this.sessions = createSessions(context);
    const dialogs = [this.signIn, this.table, this.about, this.payload, this.packets, this.sessions];
    this.#panels.push(...dialogs);
    this.skipLinks = createSkipLinks(context.text);
    this.#measureBottom(this.#columns.bottom);
    const { left, right, bottom } = this.#columns;
    const { desk, help } = this;
    this.element = element('div', 'board', left, column('over'), right, desk.element, bottom);
    this.element.append(help, desk.dialog, ...dialogs.map((dialog) => dialog.element));
  }

  /** Credits take a line or three, and the desk, the columns and the views' switch end above them. */
  #measureBottom(bottom: HTMLElement): void {
    const tell = () => document.documentElement.style.setProperty('--bottom', `${bottom.offsetHeight}px`);
    new ResizeObserver(() => {
      if (bottom.offsetHeight > 0) tell();
    }).observe(bottom);
  }

  remove(): void {
    this.element.remove();
    this.skipLinks.remove();
  }

  update(state: PageState): void {
    this.#showDesk(state);
    for (const panel of this.#panels) panel.update(state);
    this.desk.update(state);
  }

  /** Some of the panels; all of them after `TURNS` calls. */
  updateInTurn(state: PageState): void {
    if (this.#turn === 0) this.desk.update(state);
    for (let at = this.#turn; at < this.#panels.length; at += TURNS) this.#panels[at]!.update(state);
    this.#turn = (this.#turn + 1) % TURNS;
  }

  /** What stands beside the desk gives way to it; on a wall there is none: it is made to be worked with. */
  #showDesk(state: PageState): void {
    const { height } = shownOf(state);
    this.element.classList.toggle('with-desk', height !== 'off');
    this.element.classList.toggle('with-desk-full', height === 'full');
  }

  /** A desk of full height leaves a strip of the scene, except where it stands below it in one column. */
  get coversScene(): boolean {
    const isBare = document.documentElement.classList.contains('bare');
    return !isBare && window.innerWidth >= NARROW_PIXELS && this.element.classList.contains('with-desk-full');
  }

  /** The middle of the window, between the columns; the whole of it when they are hidden or stand below. */
  freeArea(width: number, height: number): FreeArea {
    const { left, right, bottom } = this.#columns;
    const all = { left: 0, top: 0, width, height };
    if (window.innerWidth < NARROW_PIXELS || left.offsetParent === null) return all;
    const from = left.getBoundingClientRect().right;
    const to = right.getBoundingClientRect().left;
    const bar = this.element.querySelector('.view-panel');
    // What is hidden, as in a kiosk, has no box.
    const below = [bottom, bar, this.desk.element].filter(
      (part) => part instanceof HTMLElement && part.offsetHeight > 0,
    );
    const lowest = Math.min(height, ...below.map((part) => part!.getBoundingClientRect().top));
    const top = this.element.querySelector('.top')?.getBoundingClientRect().bottom ?? 0;
    if (to - from < 100 || lowest - top < 100) return all;
    return { left: from, top, width: to - from, height: lowest - top };
  }
}
