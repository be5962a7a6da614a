/** Two spans side by side, A and B: packets over time, and the difference by port, country and network. */
import { readSeriesAnswer, readTopAnswer } from '../../feed/series-answer.ts';
import { formatSpan, type Span } from '../../feed/span.ts';
import { formatRate } from '../../text/format.ts';
import { fill, type TextKey } from '../../text/text.ts';
import { element, letGo, setShown, setText, syncRows } from '../panel.ts';
import { changeKind, changeWords } from './change.ts';
import { colourOf } from './colours.ts';
import { type ComparedRow, compareTops } from './compare-rows.ts';
import type { Cell } from './csv.ts';
import { type DeskContext, type DeskPanel, type DeskSight, onChange } from './desk-panel.ts';
import { type Edges, pathOf } from './moment.ts';
import { sensorNames } from './sensor-names.ts';
import { termOf, wordsOf } from './terms.ts';
import { timeChart } from './time-chart.ts';

const DIMENSIONS = [
  { by: 'port', title: 'byPort' },
  { by: 'country', title: 'byCountry' },
  { by: 'network', title: 'network' },
] as const satisfies readonly { readonly by: string; readonly title: TextKey }[];
type By = (typeof DIMENSIONS)[number]['by'];
const ROWS = 6;
const ROWS_ENLARGED = 24;
const LIMIT = 1_000;
const BINS = 60;
const MINUTE = 60;
/** Of a longer span, the parts of two minutes are next to nothing. */
const EXACT_SECONDS = 7_200;
const ALL_FLOWS = 'ip or ip6';

export const compare: DeskPanel = {
  id: 'compare',
  title: 'deskCompare',
  isWide: true,
  make(context) {
    const { text, actions } = context;
    const [a, b] = [createSide('A', context), createSide('B', context)];
    const setA = element('button', 'desk-choice', text.compareSetA);
    setA.type = 'button';
    const clear = element('button', 'desk-choice', text.compareClear);
    clear.type = 'button';
    const hint = element('p', 'quiet', text.compareHint);
    const lists = DIMENSIONS.map((dimension) => createList(dimension, context));
    const sides = element('div', 'compare-sides', a.element, b.element);
    const tables = element('div', 'compare-lists', ...lists.map((list) => list.element));
    const changed = onChange();
    let chosen: Span | null = null;
    setA.addEventListener('click', (event) => {
      if (chosen?.kind === 'fixed') actions.setDesk({ compareWith: chosen });
      letGo(event);
    });
    clear.addEventListener('click', (event) => {
      actions.setDesk({ compareWith: null });
      letGo(event);
    });
    return {
      element: element('div', 'chart-panel', element('div', 'desk-choices', setA, clear), hint, sides, tables),
      update(sight) {
        const { state, moment } = sight;
        const { compareWith } = state.desk;
        chosen = edgesAsSpan(state.span.kind === 'fixed' ? state.span : moment);
        setA.disabled = compareWith !== null && formatSpan(compareWith) === formatSpan(chosen);
        for (const part of [clear, sides, tables]) setShown(part, compareWith !== null);
        setShown(hint, compareWith === null);
        if (compareWith === null || compareWith.kind !== 'fixed') return [];
        const second = state.span.kind === 'fixed' ? state.span : moment;
        const charts = [a.update(sight, compareWith), b.update(sight, second)];
        const asked = lists.map((list) => list.ask(sight, compareWith, second));
        const names = asked.map(({ words }) => words).join();
        const answers = [...charts, ...asked.flatMap((each) => each.answers)];
        if (changed(names, sight.isEnlarged, ...answers.map(({ value }) => value)))
          for (const list of lists) list.show(sight);
        return answers;
      },
      table: () => ({
        header: ['by', 'key', 'packetsPerSecondA', 'packetsPerSecondB', 'difference'],
        rows: lists.flatMap((list) => list.cells()),
      }),
    };
  },
};

function edgesAsSpan({ fromSeconds, toSeconds }: Edges): Span {
  return { kind: 'fixed', fromSeconds, toSeconds };
}

/** A chart of one of the two. */
function createSide(name: 'A' | 'B', context: DeskContext) {
  const { text, questions, timeOf } = context;
  const title = element('h3', 'compare-title');
  const chart = timeChart(fill(text.compareSpan, { name, from: '', to: '' }), {
    timeOf,
    choose: context.actions.setSpan,
    back: () => undefined,
  });
  const changed = onChange();
  return {
    element: element('section', `compare-side compare-${name.toLowerCase()}`, title, chart.element),
    update({ moment }: DeskSight, edges: Edges) {
      const moments = (seconds: number) => {
        const { date, time, zone } = timeOf(seconds);
        return `${date} ${time} ${zone}`;
      };
      const words = { name, from: moments(edges.fromSeconds), to: moments(edges.toSeconds) };
      setText(title, fill(text.compareSpan, words));
      const answer = questions.ask({
        name: `compare over time ${name}`,
        path: pathOf('series', moment, edges, { by: 'total', step: stepOf(edges, moment) }),
        keepSeconds: 3_600,
        read: readSeriesAnswer,
      });
      if (changed(answer.value)) {
        const layers = answer.value?.keys.map(({ key, values }, at) => ({
          values,
          colour: colourOf('total', key, at),
        }));
        chart.draw(answer.value && layers ? { answer: answer.value, layers, isRate: true } : null);
      }
      return answer;
    },
  };
}

/** Seconds where they are kept, else whole minutes. */
function stepOf({ fromSeconds, toSeconds }: Edges, { fineStepSeconds }: DeskSight['moment']): number {
  const step = Math.max(1, Math.ceil((toSeconds - fromSeconds) / BINS));
  return step < MINUTE && fineStepSeconds < MINUTE ? step : Math.ceil(step / MINUTE) * MINUTE;
}

/**
 * What is kept by the minute counts a minute whole that a span has only a part of. With a filter flows are summed, to the
 * second: one that holds for all of them makes a short span exact.
 */
function exactly(moment: DeskSight['moment'], { fromSeconds, toSeconds }: Edges): DeskSight['moment'] {
  return moment.filter === '' && toSeconds - fromSeconds < EXACT_SECONDS ? { ...moment, filter: ALL_FLOWS } : moment;
}

function createList({ by, title }: { readonly by: By; readonly title: TextKey }, context: DeskContext) {
  const { text, language, actions, questions } = context;
  const list = element('ol', 'compare-rows');
  const head = element(
    'li',
    'compare-row compare-head',
    element('span', '', text[title]),
    element('span', '', 'A /s'),
    element('span', '', 'B /s'),
    element('span', '', 'B − A'),
  );
  let rows: readonly ComparedRow[] = [];
  let compared: { rows(count: number): ComparedRow[] } | null = null;
  const rate = (value: number | null) => (value === null ? '·' : formatRate(value, language));

  function createRow(): HTMLElement {
    const button = element('button', 'compare-row');
    button.type = 'button';
    button.append(element('span'), element('span'), element('span'), element('span', 'ranked-change'));
    button.addEventListener('click', (event) => {
      if (button.dataset.term) actions.narrow(button.dataset.term, event.shiftKey);
      letGo(event);
    });
    return element('li', '', button);
  }

  return {
    element: element('section', 'compare-list', element('ol', '', head), list),
    ask({ moment, state }: DeskSight, a: Edges, b: Edges) {
      const ask = (name: string, edges: Edges) =>
        questions.ask({
          name: `compare ${by} ${name}`,
          path: pathOf('top', exactly(moment, edges), edges, { by, limit: LIMIT }),
          keepSeconds: 3_600,
          read: readTopAnswer,
        });
      const answers = [ask('A', a), ask('B', b)] as const;
      const [left, right] = answers.map(({ value, isCurrent }) => (isCurrent ? value : null));
      compared =
        left && right
          ? { rows: (count) => compareTops({ answer: left, limit: LIMIT }, { answer: right, limit: LIMIT }, count) }
          : null;
      const words = rows.map(({ key }) => wordsOf(by, key, context, sensorNames(state)).note).join();
      return { answers, words };
    },
    show({ state, isEnlarged }: DeskSight) {
      rows = compared?.rows(isEnlarged ? ROWS_ENLARGED : ROWS) ?? [];
      syncRows(list, rows, createRow, (item, row) => {
        const button = item.firstElementChild as HTMLButtonElement;
        const [name, a, b, change] = button.children as unknown as HTMLElement[];
        const words = wordsOf(by, row.key, context, sensorNames(state));
        setText(name!, `${words.name} ${words.note}`.trim());
        setText(a!, rate(row.a));
        setText(b!, rate(row.b));
        setText(change!, changeWords(row.change, text));
        change!.dataset.change = changeKind(row.change);
        const term = termOf(by, row.key, sensorNames(state));
        button.disabled = term === null;
        button.dataset.term = term ?? '';
        button.title = term === null ? text.deskNoFilter : fill(text.deskOnly, { term });
      });
    },
    cells: () =>
      rows.map(({ key, a, b }): Cell[] => [
        by,
        key,
        a,
        b,
        a === null || b === null ? null : Number((b - a).toFixed(6)),
      ]),
  };
}
