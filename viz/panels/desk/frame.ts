/** The frame around a panel of the desk: its title, what it says of itself, and what can be done with it. */
import { type Absent, mostAbsent } from '../../feed/absent.ts';
import { seesTargets } from '../../feed/sign-in.ts';
import { fill } from '../../text/text.ts';
import { element, letGo, setShown, setText } from '../panel.ts';
import { cellTime, fileName, toCsv, withSubject } from './csv.ts';
import type { DeskContext, DeskPanel, DeskSight, DeskView } from './desk-panel.ts';
import { offerFile } from './offer-file.ts';
import { paintPicture } from './picture.ts';
import { isSavable, tellOf } from './tell.ts';

export interface FrameActions {
  move(id: string, by: -1 | 1): void;
  /** Before or behind another, after a drag. */
  place(id: string, beside: string, behind: boolean): void;
  hide(id: string): void;
  enlarge(id: string): void;
}

export class Frame {
  readonly id: string;
  readonly element: HTMLElement;
  readonly #context: DeskContext;
  readonly #panel: DeskPanel;
  #view: DeskView;
  readonly #told = element('p', 'desk-told');
  readonly #masked: HTMLElement | null;
  readonly #enlarge: HTMLButtonElement;
  readonly #files: readonly (readonly [HTMLButtonElement, does: string])[];
  #sight: DeskSight | null = null;
  #isSavable = false;
  #absent: Absent | null = null;

  constructor(panel: DeskPanel, context: DeskContext, actions: FrameActions) {
    const { text } = context;
    const { id } = panel;
    this.id = id;
    this.#panel = panel;
    this.#context = context;
    this.#view = panel.make(context);
    this.#told.setAttribute('role', 'status');
    const title = text[panel.title];
    this.#enlarge = button('⤢', text.deskEnlarge, title, () => actions.enlarge(id));
    this.#enlarge.classList.add('desk-enlarge');
    const csv = button('CSV', text.deskCsv, title, () => this.#offerTable());
    const png = button('PNG', text.deskPng, title, () => void this.#offerPicture());
    this.#files = [
      [csv, text.deskCsv],
      [png, text.deskPng],
    ];
    csv.disabled = png.disabled = true;
    const buttons = element(
      'div',
      'desk-buttons',
      csv,
      png,
      button('‹', text.deskBack, title, () => actions.move(id, -1)),
      button('›', text.deskOn, title, () => actions.move(id, 1)),
      this.#enlarge,
      button('×', text.deskHide, title, () => actions.hide(id)),
    );
    const heading = element('h2', '', title);
    const head = element('header', 'desk-head', heading, buttons);
    this.#masked = panel.forAnalysts === undefined ? null : maskedNote(text[panel.forAnalysts], context);
    const body = element('div', 'desk-body', ...(this.#masked ? [this.#masked] : []), this.#view.element);
    this.element = element('section', `desk-panel${panel.isWide ? ' desk-wide' : ''}`, head, this.#told, body);
    this.element.dataset.panel = id;
    this.element.setAttribute('aria-label', title);
    listenToDrags(this.element, heading, id, actions);
  }

  /** Gives whether all that is shown is answered, or will not be. */
  update(sight: DeskSight): boolean {
    this.#sight = sight;
    const { text } = this.#context;
    if (this.#isMasked(sight)) return true;
    const answers = this.#view.update(sight);
    const about = { toSeconds: sight.moment.toSeconds, isLive: this.#panel.isLive === true };
    const { state, words } = tellOf(answers, about, this.#context);
    this.#absent = mostAbsent(answers.map(({ value }) => value));
    if (this.element.dataset.state !== state) this.element.dataset.state = state;
    setText(this.#told, words);
    setShown(this.#told, words !== '');
    this.#allowFiles(isSavable(answers));
    const label = sight.isEnlarged ? text.deskShrink : text.deskEnlarge;
    if (this.#enlarge.title !== label) name(this.#enlarge, label, text[this.#panel.title]);
    return state === 'current' || state === 'partial' || state === 'problem';
  }

  /** A viewer sees why there is nothing. */
  #isMasked({ state }: DeskSight): boolean {
    if (this.#masked === null) return false;
    const isMasked = !seesTargets(state.hello);
    setShown(this.#masked, isMasked);
    this.element.classList.toggle('desk-masked', isMasked);
    if (!isMasked) {
      setShown(this.#view.element, true);
      return false;
    }
    if (!this.#view.element.hidden) this.#forgetView();
    this.element.dataset.state = 'current';
    setShown(this.#told, false);
    this.#allowFiles(false);
    return true;
  }

  /** Who has signed out has nothing more of it in the page. */
  #forgetView(): void {
    const { element: before } = this.#view;
    this.#view = this.#panel.make(this.#context);
    before.replaceWith(this.#view.element);
    setShown(this.#view.element, false);
  }

  /** What the figures are of. */
  #filter({ moment }: DeskSight): string {
    return this.#view.filterOf?.(moment) ?? moment.filter;
  }

  /** Figures of the question before would stand under the name of the new one. */
  #allowFiles(isAllowed: boolean): void {
    if (this.#isSavable === isAllowed) return;
    this.#isSavable = isAllowed;
    for (const [made, does] of this.#files) {
      made.disabled = !isAllowed;
      made.title = isAllowed ? does : this.#context.text.deskNotSavable;
    }
  }

  #offerTable(): void {
    if (this.#sight === null || !this.#isSavable) return;
    const { moment } = this.#sight;
    const table = withSubject(this.#view.table(), {
      session: moment.session,
      edges: this.#panel.isLive ? null : moment,
      filter: this.#filter(this.#sight),
      isSimulated: moment.kind === 'simulated',
      absent: this.#absent,
    });
    const csv = new Blob([toCsv(table)], { type: 'text/csv;charset=utf-8' });
    offerFile(this.#fileName('csv'), csv);
  }

  async #offerPicture(): Promise<void> {
    const { text, language } = this.#context;
    if (this.#sight === null || !this.#isSavable) return;
    const { moment, state } = this.#sight;
    const { fromSeconds, toSeconds, sessionName, kind } = moment;
    const filter = this.#filter(this.#sight);
    // A picture takes a moment, and the page goes on meanwhile.
    const saved = this.#fileName('png');
    const lines = [
      `${cellTime(fromSeconds)} – ${cellTime(toSeconds)} · ${sessionName}`,
      filter === '' ? '' : fill(text.deskFilterIs, { filter }),
      this.#told.hidden ? '' : this.#told.textContent,
    ];
    const picture = await paintPicture(this.#view.element, {
      title: text[this.#panel.title],
      lines: lines.filter((line) => line !== ''),
      warning: kind === 'simulated' ? `${text.simulated} / ${language === 'en' ? '模擬データ' : 'SIMULATED DATA'}` : '',
      credits: ['Kurayami', text.approximate, ...(state.totals?.credits ?? [])].join(' · '),
    });
    if (picture) offerFile(saved, picture);
  }

  #fileName(ending: string): string {
    const { session = 0, fromSeconds = 0, toSeconds = 0 } = this.#sight?.moment ?? {};
    return fileName(this.id, `session${session}`, `${cellTime(fromSeconds)} ${cellTime(toSeconds)}`, ending);
  }
}

function maskedNote(words: string, { text, actions }: DeskContext): HTMLElement {
  const enter = element('button', 'key-button', text.signIn);
  enter.type = 'button';
  enter.addEventListener('click', (event) => {
    actions.toggleSignIn();
    letGo(event);
  });
  return element('div', 'desk-for-analysts', element('p', '', words), enter);
}

/** A sign alone says nothing to who does not see it. */
function button(sign: string, does: string, title: string, act: () => void): HTMLButtonElement {
  const made = element('button', 'desk-button', sign);
  made.type = 'button';
  name(made, does, title);
  made.addEventListener('click', (event) => {
    act();
    letGo(event);
  });
  return made;
}

function name(made: HTMLButtonElement, does: string, title: string): void {
  made.title = does;
  made.setAttribute('aria-label', `${does}: ${title}`);
}

const DRAGGED = 'application/x-kurayami-panel';

/** The title is the handle. Only what was dragged from this page is taken. */
function listenToDrags(frame: HTMLElement, handle: HTMLElement, id: string, { place }: FrameActions): void {
  handle.draggable = true;
  handle.addEventListener('dragstart', (event) => {
    event.dataTransfer?.setData(DRAGGED, id);
    if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move';
  });
  const isBehind = (event: DragEvent) => {
    const { left, width } = frame.getBoundingClientRect();
    return event.clientX > left + width / 2;
  };
  frame.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes(DRAGGED)) return;
    event.preventDefault();
    frame.dataset.drop = isBehind(event) ? 'behind' : 'before';
  });
  frame.addEventListener('dragleave', () => delete frame.dataset.drop);
  frame.addEventListener('drop', (event) => {
    delete frame.dataset.drop;
    const dragged = event.dataTransfer?.getData(DRAGGED) ?? '';
    if (dragged === '') return;
    event.preventDefault();
    place(dragged, id, isBehind(event));
  });
}
