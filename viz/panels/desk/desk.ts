/** The desk: panels one can work in, over the lower part of the page or all of it. Those that are not shown ask nothing. */
import type { PageState } from '../../state.ts';
import { fill } from '../../text/text.ts';
import { element, letGo, type Panel, setShown, setText } from '../panel.ts';
import { shownOf } from '../shown.ts';
import type { DeskContext } from './desk-panel.ts';
import { Frame } from './frame.ts';
import { deskPanelIds, deskPanels } from './index.ts';
import { type DeskLayout, moved, placed, usualLayout, withHidden } from './layout.ts';
import type { Moment } from './moment.ts';
import { MomentKeeper } from './moment-keeper.ts';
import { boundsOfSession } from './sessions.ts';
import { spanChooser } from './span-chooser.ts';
import { momentTime } from './tell.ts';

/** Of one update: a picture of the scene waits for no more than this. */
const MOST_MILLISECONDS = 4;

export class Desk implements Panel {
  readonly element: HTMLElement;
  /** Has the panel that is enlarged. */
  readonly dialog = element('dialog', 'desk-dialog');
  readonly #context: DeskContext;
  readonly #grid = element('div', 'desk-grid');
  readonly #hidden = element('div', 'desk-hidden');
  readonly #about = element('p', 'desk-about');
  readonly #full: HTMLButtonElement;
  readonly #spans: Panel;
  readonly #frames: ReadonlyMap<string, Frame>;
  #layout: DeskLayout | null = null;
  /** The panel that has the page now. */
  #enlarged: string | null = null;
  readonly #moments = new MomentKeeper();
  /** Panels that wait for answers. */
  readonly #waiting = new Set<string>();
  #next = 0;

  constructor(context: DeskContext) {
    const { text, actions } = context;
    this.#context = context;
    const change = (how: (layout: DeskLayout) => DeskLayout) => {
      if (this.#layout) actions.setDesk({ layout: how(this.#layout) });
    };
    const frameActions = {
      move: (id: string, by: -1 | 1) => {
        change((layout) => moved(layout, id, by));
        this.#frames.get(id)?.element.scrollIntoView({ block: 'nearest' });
      },
      place: (id: string, beside: string, behind: boolean) => change((layout) => placed(layout, id, beside, behind)),
      hide: (id: string) => change((layout) => withHidden(layout, id, true)),
      enlarge: (id: string) => change((layout) => ({ ...layout, enlarged: layout.enlarged === id ? null : id })),
    };
    this.#frames = new Map(deskPanels.map((panel) => [panel.id, new Frame(panel, context, frameActions)]));
    this.#spans = spanChooser(context);
    this.#full = this.#button(text.deskFull, () => actions.setDesk({ height: this.#isFull() ? 'half' : 'full' }));
    const close = this.#button(text.deskClose, actions.toggleDesk);
    close.setAttribute('aria-keyshortcuts', 'D');
    const usual = this.#button(text.deskUsual, () => change(() => usualLayout(deskPanelIds)));
    const tools = element('div', 'desk-tools', this.#hidden, usual, this.#full, close);
    const bar = element('header', 'desk-bar', element('h2', '', text.desk), this.#spans.element, this.#about, tools);
    this.element = element('section', 'desk', bar, this.#grid);
    this.element.setAttribute('aria-label', text.desk);
    this.element.hidden = true;
    // Closed by Escape. What a kiosk closed is there again after it.
    this.dialog.addEventListener('close', () => {
      if (this.#enlarged !== null) change((layout) => ({ ...layout, enlarged: null }));
    });
  }

  update(state: PageState): void {
    const { height, enlarged } = shownOf(state);
    setShown(this.element, height !== 'off');
    if (this.element.dataset.height !== height) this.element.dataset.height = height;
    if (height === 'off' && this.#enlarged === null && enlarged === null) return;
    this.#arrange(state.desk.layout, enlarged);
    if (height === 'off' && enlarged === null) return;
    this.#spans.update(state);
    const bounds = boundsOfSession(state, this.#context.questions);
    const moment = this.#moments.at(state, bounds, this.#waiting.size === 0, performance.now());
    this.#tellAbout(moment);
    if (moment) this.#updateFrames(moment, state);
  }

  /** One after the other, and the rest at the next call when there is no time left. */
  #updateFrames(moment: Moment, state: PageState): void {
    const shown = this.#shown(state);
    const began = performance.now();
    for (let count = 0; count < shown.length; count++) {
      const frame = shown[this.#next++ % shown.length]!;
      const isAnswered = frame.update({ moment, state, isEnlarged: this.#enlarged === frame.id });
      if (isAnswered) this.#waiting.delete(frame.id);
      else this.#waiting.add(frame.id);
      if (performance.now() - began > MOST_MILLISECONDS) return;
    }
  }

  #shown({ desk: { layout } }: PageState): Frame[] {
    const ids = this.#enlarged === null ? layout.order.filter((id) => !layout.hidden.has(id)) : [this.#enlarged];
    return ids.flatMap((id) => this.#frames.get(id) ?? []);
  }

  #arrange(layout: DeskLayout, enlarged: string | null): void {
    if (layout === this.#layout && enlarged === this.#enlarged) return;
    this.#layout = layout;
    this.#enlarged = enlarged;
    this.#waiting.clear();
    const { order, hidden } = layout;
    const frames = order.flatMap((id) => (hidden.has(id) || id === enlarged ? [] : [this.#frames.get(id)!.element]));
    const focused = document.activeElement;
    this.#grid.replaceChildren(...frames);
    this.#showEnlarged(enlarged);
    // An element that was moved loses the focus: whoever moves a panel by keyboard wants to go on.
    if (focused instanceof HTMLElement && focused.isConnected && this.#grid.contains(focused)) focused.focus();
    this.#hidden.replaceChildren(...[...hidden].map((id) => this.#showAgain(id)));
    setShown(this.#hidden, hidden.size > 0);
  }

  #showEnlarged(id: string | null): void {
    const frame = id === null ? null : this.#frames.get(id)!.element;
    this.dialog.setAttribute('aria-label', frame?.getAttribute('aria-label') ?? this.#context.text.desk);
    this.dialog.replaceChildren(...(frame ? [frame] : []));
    if (frame && !this.dialog.open) this.dialog.showModal();
    else if (!frame && this.dialog.open) this.dialog.close();
    if (frame) frame.querySelector<HTMLElement>('.desk-enlarge')?.focus();
  }

  #showAgain(id: string): HTMLElement {
    const { text, actions } = this.#context;
    const title = text[deskPanels.find((panel) => panel.id === id)!.title];
    const show = this.#button(`+ ${title}`, () => {
      if (this.#layout) actions.setDesk({ layout: withHidden(this.#layout, id, false) });
    });
    show.title = fill(text.deskShow, { title });
    return show;
  }

  #tellAbout(moment: Moment | null): void {
    const { text, timeOf } = this.#context;
    const { fromSeconds, toSeconds, filter, kind } = moment ?? {};
    const words =
      moment === null
        ? text.waiting
        : [
            kind === 'simulated' ? text.simulated : '',
            fill(text.deskSpan, { from: momentTime(fromSeconds!, timeOf), to: momentTime(toSeconds!, timeOf) }),
            filter === '' ? text.deskNoFilterSet : fill(text.deskFilterIs, { filter: filter! }),
          ]
            .filter(Boolean)
            .join(' · ');
    setText(this.#about, words);
    setText(this.#full, this.#isFull() ? text.deskHalf : text.deskFull);
  }

  #isFull(): boolean {
    return this.element.dataset.height === 'full';
  }

  #button(label: string, act: () => void): HTMLButtonElement {
    const made = element('button', 'key-button', label);
    made.type = 'button';
    made.addEventListener('click', (event) => {
      act();
      letGo(event);
    });
    return made;
  }
}
