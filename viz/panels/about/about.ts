/** A sheet with all about a source or a port in the span of the page, whatever its filter. */
import { type About, formatAbout, routeOfAbout, termOfAbout } from '../../feed/about.ts';
import {
  type BreakdownAnswer,
  type BreakdownFigures,
  type FlowPoints,
  readBreakdown,
  readFlowPoints,
} from '../../feed/breakdown-answer.ts';
import { readSeriesAnswer } from '../../feed/series-answer.ts';
import type { PageState } from '../../state.ts';
import { formatCount, formatShort, portName } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { COLOURED_KEYS, colourOf } from '../desk/colours.ts';
import { onChange } from '../desk/desk-panel.ts';
import { type Moment, pathOf } from '../desk/moment.ts';
import { MomentKeeper } from '../desk/moment-keeper.ts';
import { boundsOfSession } from '../desk/sessions.ts';
import { tellOf } from '../desk/tell.ts';
import { wordsOf } from '../desk/terms.ts';
import { timeChart } from '../desk/time-chart.ts';
import { createDialog } from '../dialog.ts';
import { element, letGo, type Panel, type PanelContext, setText, syncRows } from '../panel.ts';
import { createGroup, momentWords } from './group.ts';
import { groupKinds } from './groups.ts';
import { createPattern } from './pattern.ts';

const POINTS = 5_000;
const DAY_SECONDS = 86_400;

export interface AboutSheet extends Panel {
  readonly element: HTMLDialogElement;
}

export function createAbout(context: PanelContext): AboutSheet {
  const { text, actions } = context;
  const tell = element('p', 'about-told');
  tell.setAttribute('role', 'status');
  const facts = element('dl', 'about-facts');
  const only = element('button', 'key-button', text.aboutOnly);
  only.type = 'button';
  const chart = timeChart(text.aboutOverTime, {
    timeOf: context.timeOf,
    choose: actions.setSpan,
    back: () => undefined,
  });
  const legend = element('ul', 'chart-legend');
  const pattern = createPattern(text.aboutPattern);
  const patternNote = element('p', 'quiet');
  const groups = groupKinds.map((kind) => createGroup(kind, context));
  const figure = (title: string, ...children: Node[]) =>
    element('section', 'about-figure', element('h3', '', title), ...children);
  const dialog = createDialog(
    text,
    null,
    '',
    element('div', 'about-head', facts, only),
    tell,
    figure(text.aboutOverTime, chart.element, legend),
    figure(text.aboutPattern, pattern.element, patternNote),
    element('div', 'about-groups', ...groups.map(({ element: root }) => root)),
  );
  dialog.classList.add('about-dialog');
  const heading = dialog.querySelector('h2')!;
  let shown: About | null = null;
  dialog.addEventListener('close', () => {
    if (shown !== null) actions.showAbout(null);
  });
  only.addEventListener('click', (event) => {
    if (shown !== null) actions.setFilter(termOfAbout(shown));
    actions.showAbout(null);
    letGo(event);
  });

  const changed = onChange();
  const keeper = new MomentKeeper();

  function showAnswers(about: About, state: PageState, moment: Moment): void {
    const { breakdown, series, points, since } = ask(about, moment, state, context);
    const told = tellOf([breakdown, series, points], { toSeconds: moment.toSeconds, isLive: false }, context);
    setText(tell, told.words);
    dialog.dataset.state = told.state;
    const by = about.kind === 'source' ? 'port' : 'country';
    const names = series.value?.keys.map(({ key }) => wordsOf(by, key, context, () => null).note).join();
    const [network] = breakdown.value?.groups.get('network') ?? [];
    const origin = network && wordsOf('network', network.key, context, () => null).note;
    if (!changed(about, breakdown.value, series.value, points.value, since, names, origin)) return;
    syncRows(facts, factsOf(about, breakdown.value, since, context), createFact, fillFact);
    const layers = series.value?.keys.map((each, at) => ({ ...each, colour: colourOf(by, each.key, at) })) ?? [];
    chart.draw(series.value && { answer: series.value, layers, isRate: true });
    syncRows(legend, layers, createLegendEntry, (item, { key, colour, sum }) => {
      const [swatch, name, value] = item.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
      swatch.style.background = colour;
      const words = wordsOf(by, key, context, () => null);
      setText(name, `${words.name} ${words.note}`.trim());
      setText(value, formatShort(sum));
    });
    showPattern(points.value, moment);
    for (const group of groups) group.show(breakdown.value);
  }

  function showPattern(points: FlowPoints | null, { fromSeconds, toSeconds }: Moment): void {
    pattern.draw(points, fromSeconds, toSeconds);
    const last = points?.isCut ? points.seconds[points.length - 1] : undefined;
    const words =
      last === undefined
        ? text.aboutPatternNote
        : fill(text.aboutPatternCut, {
            count: formatCount(POINTS, context.language),
            time: momentWords(last, context),
          });
    setText(patternNote, words);
  }

  return {
    element: dialog,
    update(state) {
      const { about } = state;
      shown = about;
      if (about === null) {
        if (dialog.open) dialog.close();
        return;
      }
      setText(heading, titleOf(about, context));
      if (!dialog.open) dialog.showModal();
      // All that it did, not what of it the page shows.
      const isAnswered = dialog.dataset.state === 'current';
      const bounds = boundsOfSession(state, context.questions);
      const moment = keeper.at({ ...state, filter: '' }, bounds, isAnswered, performance.now());
      if (moment === null) setText(tell, text.waiting);
      else showAnswers(about, state, moment);
    },
  };
}

function ask(about: About, moment: Moment, state: PageState, { questions }: PanelContext) {
  const { keepSeconds, stepSeconds, toSeconds } = moment;
  const filter = termOfAbout(about);
  const only = { ...moment, filter };
  const by = about.kind === 'source' ? 'port' : 'country';
  const first = boundsOfSession(state, questions);
  const wholePath = pathOf(
    'series',
    only,
    { fromSeconds: first?.firstSeconds ?? moment.fromSeconds, toSeconds },
    { by: 'total', step: DAY_SECONDS },
  );
  const asked = <T>(name: string, path: string, read: (body: unknown) => T, keep = keepSeconds) =>
    // Questions about another are others: their answers must not stand under this title while one waits.
    questions.ask({ name: `about ${formatAbout(about)} ${name}`, path, keepSeconds: keep, read });
  const whole = asked('since', wholePath, readSeriesAnswer, 3_600);
  return {
    breakdown: asked('breakdown', pathOf(routeOfAbout(about), moment, moment, {}), readBreakdown),
    series: asked(
      'series',
      pathOf('series', only, moment, { by, step: stepSeconds, keys: COLOURED_KEYS }),
      readSeriesAnswer,
    ),
    points: asked('points', pathOf('flows', only, moment, { limit: POINTS }), readFlowPoints),
    /** Begin of the first day with packets; null while it is not known. */
    since: whole.isCurrent ? (whole.value?.bins[firstFilled(whole.value.keys[0]?.values)] ?? null) : null,
  };
}

function firstFilled(values: Float64Array | undefined): number {
  return values?.findIndex((value) => value > 0) ?? -1;
}

function titleOf(about: About, { text }: PanelContext): string {
  if (about.kind === 'source') return fill(text.aboutSource, { address: about.address });
  const { port, service } = portName(about.protocol === 'tcp' ? 6 : 17, about.port);
  return fill(text.aboutPort, { port: `${port} ${service}`.trim() });
}

type Fact = readonly [name: string, value: string];

function factsOf(about: About, answer: BreakdownAnswer | null, since: number | null, context: PanelContext): Fact[] {
  const { text, language } = context;
  if (answer === null) return [];
  if (answer.all === null) return [[text.packets, text.aboutNothing]];
  const { packets, bytes, flows, sources, targets, firstSeconds, lastSeconds }: BreakdownFigures = answer.all;
  const number = (value: number) => formatCount(value, language);
  const first = (group: string) => answer.groups.get(group)?.[0]?.key;
  const of = (by: 'country' | 'network') => {
    const key = first(by);
    const words = key === undefined ? null : wordsOf(by, key, context, () => null);
    return words === null ? '' : `${words.name} ${words.note}`.trim();
  };
  const origin: Fact[] =
    about.kind === 'source'
      ? [
          [text.country, answer.isSpecial ? text.aboutSpecial : of('country')],
          [text.network, of('network')],
        ]
      : [[text.aboutSources, number(sources)]];
  return [
    ...origin,
    [text.packets, number(packets)],
    [text.aboutFlows, number(flows)],
    [text.aboutBytes, formatShort(bytes)],
    ...(targets === null ? [] : ([[text.aboutTargets, number(targets)]] as Fact[])),
    [text.aboutFirst, momentWords(firstSeconds, context)],
    [text.aboutLast, momentWords(lastSeconds, context)],
    [text.aboutSince, since === null ? text.deskLoading : context.timeOf(since).date],
  ];
}

function createFact(): HTMLElement {
  return element('div', '', element('dt'), element('dd'));
}

function fillFact(row: HTMLElement, [name, value]: Fact): void {
  setText(row.children[0] as HTMLElement, name);
  setText(row.children[1] as HTMLElement, value);
}

function createLegendEntry(): HTMLElement {
  return element('li', 'chart-key', element('span', 'chart-swatch'), element('span'), element('span', 'quiet'));
}
