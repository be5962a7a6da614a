/** A sheet with all about a source or a port in the span of the page, whatever its filter. */
import { type AboutFlows, termOfAbout } from '../../feed/about.ts';
import type { BreakdownAnswer, BreakdownFigures, FlowPoints } from '../../feed/breakdown-answer.ts';
import { formatCount, formatShort, portName } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { colourOf } from '../desk/colours.ts';
import { onChange } from '../desk/desk-panel.ts';
import type { Moment } from '../desk/moment.ts';
import { tellOf } from '../desk/tell.ts';
import { wordsOf } from '../desk/terms.ts';
import { timeChart } from '../desk/time-chart.ts';
import { createDialog } from '../dialog.ts';
import { element, letGo, type Panel, type PanelContext, setText, syncRows } from '../panel.ts';
import { shownOf } from '../shown.ts';
import { type AboutAnswers, AboutAsker, POINTS } from './ask.ts';
import { createGroup, MOST_ROWS, momentWords } from './group.ts';
import { groupKinds } from './groups.ts';
import { createLabels } from './labels.ts';
import { createPattern } from './pattern.ts';

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
  const labels = createLabels(context);
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
    labels.element,
    figure(text.aboutOverTime, chart.element, legend),
    figure(text.aboutPattern, pattern.element, patternNote),
    element('div', 'about-groups', ...groups.map(({ element: root }) => root)),
  );
  dialog.classList.add('about-dialog');
  const heading = dialog.querySelector('h2')!;
  let shown: AboutFlows | null = null;
  dialog.addEventListener('close', () => {
    if (shown !== null) actions.showAbout(null);
  });
  only.addEventListener('click', (event) => {
    if (shown !== null) actions.setFilter(termOfAbout(shown));
    actions.showAbout(null);
    letGo(event);
  });

  const asker = new AboutAsker(context.questions);
  const changed = onChange();

  function showAnswers(about: AboutFlows, { moment, breakdown, series, points, since }: AboutAnswers): void {
    const told = tellOf([breakdown, series, points], { toSeconds: moment.toSeconds, isLive: false }, context);
    setText(tell, told.words);
    dialog.dataset.state = told.state;
    const by = about.kind === 'source' ? 'port' : 'country';
    const names = series.value?.keys.map(({ key }) => wordsOf(by, key, context, () => null).note).join();
    // Names of networks come when they come.
    const networks = breakdown.value?.groups.get('network')?.slice(0, MOST_ROWS);
    const origin = networks?.map(({ key }) => wordsOf('network', key, context, () => null).note).join();
    if (!changed(about, breakdown.value, series.value, points.value, since, names, origin)) return;
    labels.show(breakdown.value?.labels ?? [], breakdown.value?.scanner ?? null);
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

  /** Whoever signs out later has nothing more of it in the page. */
  function forget(): void {
    if (!changed(null)) return;
    facts.replaceChildren();
    labels.show([], null);
    for (const group of groups) group.show(null);
  }

  return {
    element: dialog,
    update(state) {
      const { about } = shownOf(state);
      shown = about?.kind === 'payload' ? null : about;
      if (about === null || about.kind === 'payload') {
        forget();
        if (dialog.open) dialog.close();
        return;
      }
      setText(heading, titleOf(about, context));
      if (!dialog.open) dialog.showModal();
      const answers = asker.ask(about, state, performance.now());
      if (answers === null) setText(tell, text.waiting);
      else showAnswers(about, answers);
    },
  };
}

function titleOf(about: AboutFlows, { text }: PanelContext): string {
  if (about.kind === 'source') return fill(text.aboutSource, { address: about.address });
  const { port, service } = portName(about.protocol === 'tcp' ? 6 : 17, about.port);
  return fill(text.aboutPort, { port: `${port} ${service}`.trim() });
}

type Fact = readonly [name: string, value: string];

function factsOf(
  about: AboutFlows,
  answer: BreakdownAnswer | null,
  since: number | null,
  context: PanelContext,
): Fact[] {
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
      : [[text.aboutSources, number(sources ?? 0)]];
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
