/** What is shown is not all: said over the picture while a filter is wanted, also where no panels are. */
import { type FilterStanding, standingOf } from '../feed/filter-state.ts';
import type { PageState } from '../state.ts';
import { fill, type Text } from '../text/text.ts';
import { sentenceOf } from './filter-input.ts';
import { element, letGo, type PanelContext, type PanelMaker, setShown, setText } from './panel.ts';

export const filterChip: PanelMaker = ({ text, actions, timeOf }) => {
  const label = element('strong', 'filter-chip-label');
  const filter = element('span', 'filter-chip-text');
  const note = element('span', 'filter-chip-note');
  const clear = element('button', 'filter-chip-clear', '×');
  clear.type = 'button';
  clear.title = text.filterClear;
  clear.setAttribute('aria-label', text.filterClear);
  clear.addEventListener('click', (event) => {
    actions.setFilter('');
    letGo(event);
  });
  const words = element('span', 'filter-chip-words', label, filter, note);
  words.setAttribute('role', 'status');
  const root = element('div', 'badge filter-chip', words, clear);
  return {
    element: root,
    update(state) {
      const standing = standingOf(state.filter, state.filterInForce);
      setShown(root, standing !== 'all' && !(standing === 'asked' && state.filter === ''));
      root.dataset.standing = standing;
      setText(label, labelOf(standing, text));
      setText(filter, state.filter);
      filter.title = state.filter.slice(0, 2_000);
      setText(note, noteOf(standing, state, text, timeOf));
    },
  };
};

function labelOf(standing: FilterStanding, text: Text): string {
  if (standing === 'holds') return text.filterWord;
  return standing === 'asked' ? text.filterAsked : text.filterNotInForce;
}

function noteOf(
  standing: FilterStanding,
  { filterInForce }: PageState,
  text: Text,
  timeOf: PanelContext['timeOf'],
): string {
  const { refusal, sinceSeconds } = filterInForce;
  if (standing === 'holds')
    return sinceSeconds === null ? '' : fill(text.filterSince, { time: timeOf(sinceSeconds).time });
  // The reader's own sentence stands at the words themselves.
  if (standing === 'refused')
    return `${text.filterNothingDrawn} · ${sentenceOf({ code: refusal!.code, message: '' }, text)}`;
  return standing === 'silent' ? `${text.filterNothingDrawn} · ${text.filterSilent}` : '';
}
