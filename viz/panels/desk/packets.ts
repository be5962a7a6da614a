/** Packets over time as areas: by class, radiation, protocol, port, country, network, rule or sensor. The brush chooses a span. */
import { readSeriesAnswer, type SeriesAnswer } from '../../feed/series-answer.ts';
import type { Span } from '../../feed/span.ts';
import { formatDuration, formatShort } from '../../text/format.ts';
import { fill, type TextKey } from '../../text/text.ts';
import { element, letGo, setShown, setText, syncRows } from '../panel.ts';
import { COLOURED_KEYS, colourOf } from './colours.ts';
import { cellTime } from './csv.ts';
import { type DeskContext, type DeskPanel, type DeskSight, onChange } from './desk-panel.ts';
import { pathOf } from './moment.ts';
import { sensorNames } from './sensor-names.ts';
import { type Stacking, stackings } from './settings.ts';
import { SpanHistory } from './span-history.ts';
import { termOf, wordsOf } from './terms.ts';
import { timeChart } from './time-chart.ts';

/** Classes and rules are few, and all have a colour or none. */
const KEYS: Partial<Record<Stacking, number>> = { class: 8, radiation: 15, tag: 8 };
const names: Readonly<Record<Stacking, TextKey>> = {
  class: 'byClass',
  radiation: 'byRadiation',
  protocol: 'deskByProtocol',
  port: 'byPort',
  country: 'byCountry',
  network: 'network',
  tag: 'byTag',
  sensor: 'deskBySensor',
};

export const packets: DeskPanel = {
  id: 'packets',
  title: 'deskPackets',
  isWide: true,
  make(context) {
    const { text, actions } = context;
    const before = new SpanHistory(actions.setSpan);
    const chart = timeChart(text.deskPackets, {
      timeOf: context.timeOf,
      choose: (span: Span) => before.choose(span),
      back: () => before.back(),
    });
    const chooser = choose(context);
    const legend = element('ul', 'chart-legend');
    const note = element('p', 'desk-note');
    const changed = onChange();
    let shown: SeriesAnswer | null = null;
    return {
      element: element('div', 'chart-panel', chooser.element, chart.element, legend, note),
      update(sight) {
        const { state } = sight;
        const by = state.desk.stackBy;
        before.at(state.span);
        chooser.show(by);
        const { answers, answer, isTotal } = ask(sight, context);
        const named = answer?.keys.map(({ key }) => wordsOf(by, key, context, sensorNames(state)).note).join() ?? '';
        if (!changed(answer, by, isTotal, named)) return answers;
        shown = answer;
        const keyed = isTotal ? 'total' : by;
        const layers = answer?.keys.map(({ key, values, sum }, at) => ({
          key,
          values,
          sum,
          colour: colourOf(keyed, key, at),
        }));
        chart.draw(answer && layers ? { answer, layers, isRate: true } : null);
        const isRule = by === 'tag' && !isTotal;
        syncRows(
          legend,
          isTotal ? [] : (layers ?? []),
          () => legendEntry(context),
          (item, layer) => {
            const words = wordsOf(by, layer.key, context, sensorNames(state));
            const button = item.firstElementChild as HTMLButtonElement;
            const [swatch, name, count] = button.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
            swatch.style.background = layer.colour;
            setText(name, [words.name, words.note].filter(Boolean).join(' '));
            setText(count, formatShort(layer.sum));
            const term = termOf(by, layer.key, sensorNames(state));
            button.disabled = term === null;
            button.dataset.term = term ?? '';
            button.title = term === null ? text.deskNoFilter : fill(text.deskOnly, { term });
          },
        );
        const unwatched = answer?.outageSeconds.reduce((sum, seconds) => sum + seconds, 0) ?? 0;
        const words = [
          isTotal ? text.deskTotalFirst : '',
          isRule ? text.deskRulesOverlap : '',
          by === 'port' && !isTotal ? text.deskPortsOnly : '',
          unwatched >= 1 ? fill(text.deskUnwatched, { duration: formatDuration(unwatched) }) : '',
        ].filter(Boolean);
        setText(note, words.join(' · '));
        setShown(note, words.length > 0);
        return answers;
      },
      table: () => ({
        header: ['time', 'stepSeconds', 'outageSeconds', ...(shown?.keys.map(({ key }) => key) ?? [])],
        rows: Array.from(shown?.bins ?? [], (bin, at) => [
          cellTime(bin),
          shown!.stepSeconds,
          shown!.outageSeconds[at]!,
          ...shown!.keys.map(({ values }) => values[at]!),
        ]),
      }),
    };
  },
};

/** A filter by one key is answered from the series at once, the parts of it from flows: until they come, the whole is shown. */
function ask({ moment, state }: DeskSight, { questions }: DeskContext) {
  const by = state.desk.stackBy;
  const { keepSeconds, fineStepSeconds, stepSeconds, filter } = moment;
  const step = by === 'class' ? fineStepSeconds : stepSeconds;
  const series = (name: string, values: Record<string, string | number>) =>
    questions.ask({ name, path: pathOf('series', moment, moment, values), keepSeconds, read: readSeriesAnswer });
  const total = filter === '' ? null : series('packets total', { by: 'total', step });
  const parts = series('packets', { by, step, keys: KEYS[by] ?? COLOURED_KEYS });
  const isTotal = !parts.isCurrent && total !== null && total.isCurrent;
  return { answers: [parts], answer: isTotal ? total.value : parts.value, isTotal };
}

function legendEntry({ actions }: DeskContext): HTMLElement {
  const button = element(
    'button',
    'chart-key',
    element('span', 'chart-swatch'),
    element('span'),
    element('span', 'quiet'),
  );
  button.type = 'button';
  button.addEventListener('click', (event) => {
    if (button.dataset.term) actions.narrow(button.dataset.term, event.shiftKey);
    letGo(event);
  });
  return element('li', '', button);
}

function choose({ text, actions }: DeskContext) {
  const buttons = stackings.map((by) => {
    const button = element('button', 'desk-choice', text[names[by]]);
    button.type = 'button';
    button.addEventListener('click', (event) => {
      actions.setDesk({ stackBy: by });
      letGo(event);
    });
    return { by, button };
  });
  const root = element('div', 'desk-choices', ...buttons.map(({ button }) => button));
  root.setAttribute('role', 'group');
  root.setAttribute('aria-label', text.deskStackBy);
  return {
    element: root,
    show(chosen: Stacking) {
      for (const { by, button } of buttons) button.setAttribute('aria-pressed', String(by === chosen));
    },
  };
}
