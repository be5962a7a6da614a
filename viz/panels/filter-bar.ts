/** The filter over the picture: typed with suggestions, checked while one types, kept under a name. */
import { seesTargets } from '../feed/sign-in.ts';
import { checkFilter } from '../filter/check-filter.ts';
import { complete } from '../filter/completion.ts';
import { browserStorage, SavedFilters } from '../filter/saved-filters.ts';
import { SentNetworks } from '../filter/sent-networks.ts';
import type { Surroundings } from '../filter/vocabulary.ts';
import type { PageState } from '../state.ts';
import { FilterInput } from './filter-input.ts';
import { FilterMenu } from './filter-menu.ts';
import { element, type Panel, type PanelContext } from './panel.ts';

/** They outlast a change of the page's language. */
const filters = new SavedFilters(browserStorage());
const networks = new SentNetworks();

export function createFilterBar(context: PanelContext): Panel {
  const { text, actions, countryName, networkName } = context;
  let shown: PageState | null = null;
  const current = () => shown?.filter ?? '';
  const isAnalyst = () => seesTargets(shown?.hello ?? null);
  const surroundings = (): Surroundings => ({
    text,
    countryName,
    busyCountries: shown?.totals?.topCountries.map(({ country }) => country) ?? [],
    sensors: shown?.totals?.sensors.map(({ name }) => name) ?? [],
    networks: networks.numbers.map((asn) => ({ asn, name: networkName(asn) ?? `AS${asn}` })),
    seesTargets: isAnalyst(),
  });
  const apply = (filter: string) => {
    filters.used(filter.trim());
    actions.setFilter(filter);
  };
  const field = new FilterInput({
    text,
    complete: (words, caret) => complete(words, caret, surroundings()),
    check: (words) => checkFilter(words, isAnalyst()),
    current,
    apply,
  });
  field.input.addEventListener('focus', () => void networks.ask());
  const menu = new FilterMenu({ text, filters, current, choose: apply });
  const root = element('div', 'filter-bar', element('span', 'filter-title', text.filter), field.element, menu.element);
  root.setAttribute('role', 'search');
  return {
    element: root,
    update(state) {
      shown = state;
      const { refusal } = state.filterInForce;
      const isOfThis = refusal !== null && refusal.filter === state.filter;
      field.show(
        state.filter,
        isOfThis ? { ...refusal, span: refusal.position ?? { start: 0, end: state.filter.length } } : null,
      );
    },
  };
}
