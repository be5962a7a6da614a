/** One way in which flows are told apart: keys with their packets, when they came, and a filter at a click. */
import type { BreakdownAnswer, BreakdownRow } from '../../feed/breakdown-answer.ts';
import { formatCount } from '../../text/format.ts';
import { fill, type TextKey } from '../../text/text.ts';
import { element, letGo, type PanelContext, setShown, setText, syncRows } from '../panel.ts';

export const MOST_ROWS = 12;
const STEPS = 100;

export interface GroupKind {
  /** As the API names it. */
  readonly name: string;
  readonly title: TextKey;
  /** What is shown in place of the key, and what stands beside it. */
  words(key: string, context: PanelContext): { readonly name: string; readonly note: string };
  /** Selects the key's packets; null where the filter language has no word for it. */
  term(key: string): string | null;
  /** The sheet that tells more of it. */
  open?(key: string, context: PanelContext): void;
}

export interface Group {
  readonly element: HTMLElement;
  show(answer: BreakdownAnswer | null): void;
}

export function createGroup(kind: GroupKind, context: PanelContext): Group {
  const { text, language } = context;
  const list = element('ol', 'about-rows');
  const more = element('p', 'quiet');
  const title = element('h3', '', text[kind.title]);
  const root = element('section', 'about-group', title, list, more);
  let most = 1;

  function fillRow(item: HTMLElement, row: BreakdownRow): void {
    const [name, track, value] = item.children as unknown as [HTMLButtonElement, HTMLElement, HTMLElement];
    const { name: words, note } = kind.words(row.key, context);
    setText(name.children[0] as HTMLElement, words);
    setText(name.children[1] as HTMLElement, note);
    const term = kind.term(row.key);
    name.dataset.key = row.key;
    name.disabled = term === null && kind.open === undefined;
    name.title = kind.open ? text.aboutOpen : term === null ? text.deskNoFilter : fill(text.deskOnly, { term });
    const part = Math.ceil((row.packets / most) * STEPS) / STEPS;
    (track.firstElementChild as HTMLElement).style.transform = `scaleX(${part})`;
    setText(value, formatCount(row.packets, language));
    item.title = `${momentWords(row.firstSeconds, context)} – ${momentWords(row.lastSeconds, context)}`;
  }

  return {
    element: root,
    show(answer) {
      const rows = answer?.groups.get(kind.name) ?? [];
      setShown(root, rows.length > 0);
      most = Math.max(1, ...rows.map(({ packets }) => packets));
      syncRows(list, rows.slice(0, MOST_ROWS), () => createRow(kind, context), fillRow);
      const count = rows.length - MOST_ROWS;
      setShown(more, count > 0);
      if (count > 0) setText(more, fill(text.aboutMore, { count }));
    },
  };
}

function createRow(kind: GroupKind, context: PanelContext): HTMLElement {
  const button = element('button', 'about-key', element('span'), element('span', 'quiet'));
  button.type = 'button';
  button.addEventListener('click', (event) => {
    const key = button.dataset.key ?? '';
    const term = kind.term(key);
    if (kind.open && !event.shiftKey) kind.open(key, context);
    // As its title says: what has a sheet is chosen with Shift, all others are left out with it.
    else if (term !== null) context.actions.narrow(term, event.shiftKey && kind.open === undefined);
    letGo(event);
  });
  const track = element('span', 'ranked-track', element('span', 'ranked-fill'));
  return element('li', '', button, track, element('span', 'about-count'));
}

/** Date, time of day and zone. */
export function momentWords(seconds: number, { timeOf }: PanelContext): string {
  const { date, time, zone } = timeOf(seconds);
  return `${date} ${time} ${zone}`;
}
