/** A panel: plain DOM, made once for a language, updated a few times a second. */

import type { About } from '../feed/about.ts';
import type { PacketFlow, PacketSource } from '../feed/packet-source.ts';
import type { Questions } from '../feed/questions.ts';
import type { SignInFailure } from '../feed/sign-in.ts';
import type { Span } from '../feed/span.ts';
import type { Speed } from '../replay/speeds.ts';
import type { PageState } from '../state.ts';
import type { Language, Text } from '../text/text.ts';
import type { ShownTime } from '../text/time.ts';
import type { CubeSettings } from '../views/view.ts';
import type { DeskSettings } from './desk/settings.ts';

export interface Panel {
  readonly element: HTMLElement;
  update(state: PageState): void;
}

/** What a viewer can do; panels and keys call the same. */
export interface PageActions {
  /** The picture stands or goes on; while the past is replayed, the replay. */
  togglePause(): void;
  /** To a moment of what is shown; from live it begins a replay. Seconds since 1970. */
  seek(seconds: number): void;
  step(direction: 1 | -1): void;
  setSpeed(speed: Speed): void;
  /** Round and round in the span that was chosen. */
  toggleLoop(): void;
  /** Sets a mark at the moment that is shown, or takes away the one that is there. */
  markMoment(): void;
  /** Replays a session from its begin. */
  openSession(id: number): void;
  /** A capture is read here, in the page. */
  openFile(file: File): void;
  toggleSessions(): void;
  goLive(): void;
  toggleRotation(): void;
  togglePanels(): void;
  toggleFullScreen(): void;
  toggleLanguage(): void;
  toggleTimeZone(): void;
  paletteNext(): void;
  /** How long each view is shown; null ends the kiosk. */
  setKiosk(seconds: number | null): void;
  /** What the scene shows, as a table. */
  toggleTable(): void;
  toggleHelp(): void;
  /** Saves the scene as it is, as PNG. */
  takePicture(): void;
  /** A recording of the scene begins, or ends and is saved, as WebM. */
  toggleRecording(): void;
  toggleSignIn(): void;
  /** Null when it worked. */
  signIn(token: string): Promise<SignInFailure | null>;
  signOut(): Promise<SignInFailure | null>;
  /** A colour of the legend, on or off. */
  toggleCategory(colour: number): void;
  show(view: string): void;
  toggleMap(): void;
  toggleHeight(): void;
  colourNext(): void;
  setCube(settings: Partial<CubeSettings>): void;
  /** The keyboard goes to the line of the filter. */
  editFilter(): void;
  /** In the filter language; empty for all. */
  setFilter(filter: string): void;
  /** Only what `term` holds for as well or, with `without`, all but that. */
  narrow(term: string, without?: boolean): void;
  setSpan(span: Span): void;
  /** A sheet with all about it; null closes it. */
  showAbout(about: About | null): void;
  /** The packets of a flow; null closes them. */
  showPackets(flow: PacketFlow | null): void;
  toggleDesk(): void;
  setDesk(settings: Partial<DeskSettings>): void;
  unpin(): void;
}

export interface PanelContext {
  readonly text: Text;
  readonly language: Language;
  readonly actions: PageActions;
  readonly questions: Questions;
  readonly packets: PacketSource;
  countryName(code: string): string;
  /** In the zone that was chosen, as all times are shown. */
  timeOf(seconds: number | null): ShownTime;
  /** Null while it is not known; the panels are updated when it has come. */
  networkName(asn: number): string | null;
}

export type PanelMaker = (context: PanelContext) => Panel;

/** An element with a class and children; text is only ever set as text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** After a click by pointer the button gives the keyboard back: the space key shall pause, not click again. */
export function letGo(event: MouseEvent): void {
  if (event.detail > 0 && event.currentTarget instanceof HTMLElement) event.currentTarget.blur();
}

/** Sets text where it differs: an unchanged node costs no layout, and one whose words change is not made anew. */
export function setText(node: HTMLElement, text: string): void {
  const { firstChild: only } = node;
  if (only instanceof Text && only.nextSibling === null) {
    if (only.data !== text) only.data = text;
  } else if (node.textContent !== text) node.textContent = text;
}

export function setShown(node: HTMLElement, shown: boolean): void {
  if (node.hidden === shown) node.hidden = !shown;
}

/** A titled section. */
export function section(className: string, title: string, ...children: Node[]): HTMLElement {
  const heading = element('h2', '', title);
  return element('section', `panel ${className}`, heading, ...children);
}

/** Keeps one row element for each item, made by `create`, filled by `fill`. */
export function syncRows<T>(
  parent: HTMLElement,
  items: readonly T[],
  create: () => HTMLElement,
  fill: (row: HTMLElement, item: T) => void,
): void {
  while (parent.children.length > items.length) parent.lastElementChild!.remove();
  while (parent.children.length < items.length) parent.append(create());
  for (const [i, item] of items.entries()) fill(parent.children[i] as HTMLElement, item);
}
