/**
 * What happens, for screen readers. A change of state is said when it comes, the figures once in a while; what the picture
 * shows now stands in its text alternative, which is read by whoever goes there and interrupts nobody.
 */
import type { LiveTotals } from '../../shared/wire/messages.ts';
import type { PageState } from '../state.ts';
import { formatRate, portName } from '../text/format.ts';
import { fill, type Text } from '../text/text.ts';
import { conditionsOf, stateWord } from './conditions.ts';
import { element, type PanelContext, type PanelMaker, setText } from './panel.ts';

const FIGURES_MILLISECONDS = 60_000;
const PICTURE_MILLISECONDS = 10_000;
/** What comes and goes within this time is not worth an interruption. */
const STATE_MILLISECONDS = 3_000;

export const spoken: PanelMaker = (context) => {
  const { text, language } = context;
  const figures = live('spoken');
  const states = live('spoken');
  const isDue = {
    figures: every(FIGURES_MILLISECONDS),
    picture: every(PICTURE_MILLISECONDS),
    states: every(STATE_MILLISECONDS),
  };
  let describedView = '';
  let saidKinds = '';
  /** Again only when it is something else: durations and counts change all the time. */
  const sayState = (state: PageState) => {
    const word = stateWord(state, text).words;
    const conditions = conditionsOf(state, text, language);
    const kinds = [word, ...conditions.map(({ kind }) => kind)].join();
    if (kinds === saidKinds) return;
    saidKinds = kinds;
    setText(states, [word, ...conditions.map(({ words }) => words)].join('. '));
  };
  return {
    element: element('div', '', figures, states),
    update(state) {
      if (isDue.states()) sayState(state);
      const summary = state.totals === null ? '' : summaryOf(state.totals, context);
      if (state.totals !== null && isDue.figures()) setText(figures, summary);
      const { view } = state.settings;
      if (!isDue.picture() && view === describedView) return;
      describedView = view;
      const picture = pictureOf(state, text);
      const words = summary === '' ? picture : fill(text.pictureNow, { picture, summary });
      document.getElementById('picture')?.setAttribute('aria-label', words);
    },
  };
};

function live(className: string): HTMLElement {
  const made = element('p', className);
  made.setAttribute('aria-live', 'polite');
  return made;
}

/** True at first, and then at most every so often. */
function every(milliseconds: number): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - last < milliseconds) return false;
    last = now;
    return true;
  };
}

function pictureOf({ settings }: PageState, text: Text): string {
  const pictures: Readonly<Record<string, string>> = { cube: text.pictureCube, hilbert: text.pictureHilbert };
  return pictures[settings.view] ?? text.pictureAtlas;
}

function summaryOf({ rates, totals, topCountries, topPorts }: LiveTotals, context: PanelContext): string {
  const { text, language, countryName } = context;
  const [country] = topCountries;
  const [port] = topPorts;
  return fill(text.summary, {
    packets: formatRate(rates.packetsPerSecond, language),
    flows: formatRate(rates.flowsPerSecond, language),
    sources: totals.sources,
    country: country ? countryName(country.country) : '–',
    port: port ? portName(port.protocol, port.port).port : '–',
  });
}
