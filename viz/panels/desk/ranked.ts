/** What has most packets: rows with figure, share, shape over the span, and change against a span before. Each is a filter. */
import { readAbout } from '../../feed/about.ts';
import type { Answer } from '../../feed/answers.ts';
import {
  OTHER_KEYS,
  readSeriesAnswer,
  readTopAnswer,
  type SeriesAnswer,
  type TopAnswer,
} from '../../feed/series-answer.ts';
import { formatCount, formatDuration } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { element, letGo, setShown, setText, syncRows } from '../panel.ts';
import { againstWords, type Change, changeKind, changeOf, changeWords } from './change.ts';
import { askCoverage, askCoverageNow, type Coverage, coverageOf } from './coverage.ts';
import type { Cell } from './csv.ts';
import { type DeskContext, type DeskSight, type DeskView, onChange } from './desk-panel.ts';
import { type Moment, pathOf } from './moment.ts';
import { sensorNames } from './sensor-names.ts';
import { drawSparkline, sparkline } from './sparkline.ts';
import { type Dimension, termOf, type Words, wordsOf } from './terms.ts';

const ROWS = 8;
const ROWS_ENLARGED = 40;
/** What is not among so many of the span before is small enough not to be told. */
export const ROWS_BEFORE = 1_000;
const STEPS = 160;

export interface RankedAnswers {
  readonly top: Answer<TopAnswer>;
  readonly all: Answer<TopAnswer>;
  /** Null where nothing was stored before. */
  readonly before: Answer<TopAnswer> | null;
  /** Whether the key was asked about in the span before. */
  isKnownBefore?(key: string): boolean;
  /** Packets of all that is not among the rows; null where that makes no sense. */
  readonly others: number | null;
  /** The shape of a row; null while it is not known. */
  shapeOf(key: string): ArrayLike<number> | null;
  /** Of the shapes. */
  readonly shapes: readonly Answer<SeriesAnswer>[];
}

interface Row {
  readonly key: string;
  readonly words: Words;
  readonly packets: number;
  /** Null for all others together. */
  readonly bytes: number | null;
  readonly flows: number | null;
  readonly share: number;
  readonly change: Change;
  readonly shape: ArrayLike<number> | null;
  readonly term: string | null;
}

type Ask = (sight: DeskSight, context: DeskContext, count: number) => RankedAnswers;

export function rankedView(by: Dimension, context: DeskContext, ask: Ask = askRolledUp(by)): DeskView {
  const { text, language, actions } = context;
  const list = element('ol', 'ranked');
  const none = element('p', 'quiet', text.deskNone);
  const against = element('p', 'desk-note');
  const opens = by === 'source' || by === 'port';
  const changed = onChange();
  let rows: readonly Row[] = [];
  let most = 1;

  function createRow(): HTMLElement {
    const button = element('button', 'ranked-row');
    button.type = 'button';
    button.append(
      element('span', 'ranked-name', element('span'), element('span', 'ranked-note')),
      element('span', 'ranked-track', element('span', 'ranked-fill')),
      element('span', 'ranked-count'),
      element('span', 'ranked-share'),
      sparkline(),
      element('span', 'ranked-change'),
    );
    button.addEventListener('click', (event) => {
      const { term } = button.dataset;
      if (term) actions.narrow(term, event.shiftKey);
      letGo(event);
    });
    return element('li', '', button, ...(opens ? [aboutButton(context)] : []));
  }

  function fillRow(item: HTMLElement, row: Row): void {
    const button = item.firstElementChild as HTMLButtonElement;
    const [name, track, count, share, spark, change] = button.children as unknown as HTMLElement[];
    setText(name!.children[0] as HTMLElement, row.words.name);
    setText(name!.children[1] as HTMLElement, row.words.note);
    (track!.firstElementChild as HTMLElement).style.transform =
      `scaleX(${Math.ceil(Math.min(1, row.packets / most) * STEPS) / STEPS})`;
    setText(count!, formatCount(row.packets, language));
    setText(share!, `${(row.share * 100).toFixed(row.share < 0.0995 ? 1 : 0)} %`);
    drawSparkline(spark!, row.shape);
    setText(change!, changeWords(row.change, text));
    change!.dataset.change = changeKind(row.change);
    const about = item.children[1] as HTMLButtonElement | undefined;
    if (about) {
      about.hidden = row.term === null;
      about.dataset.about = `${by}:${row.key}`;
      about.setAttribute('aria-label', `${text.aboutOpen}: ${row.key}`);
    }
    button.disabled = row.term === null;
    button.dataset.term = row.term ?? '';
    button.title = row.term === null ? text.deskNoFilter : fill(text.deskOnly, { term: row.term });
  }

  return {
    element: element('div', 'ranked-panel', none, list, against),
    update(sight) {
      const answers = ask(sight, context, sight.isEnlarged ? ROWS_ENLARGED : ROWS);
      const { top, all, before, shapes } = answers;
      const { moment, state } = sight;
      const covered = before === null ? null : askCoverage(moment, context.questions);
      const coveredNow = before === null ? null : askCoverageNow(moment, context.questions);
      const beside = [before && ofOtherSpan(before), covered, coveredNow].filter((answer) => answer !== null);
      const shown = [top, all, ...beside, ...shapes];
      const then = coverageOf(covered, moment.before);
      const now = coverageOf(coveredNow, moment);
      // Names of networks and sensors come when they come.
      const words = (key: string) => wordsOf(by, key, context, sensorNames(state));
      const names = top.value?.rows.map(({ key }) => Object.values(words(key)).join(' ')).join();
      const watched = [then, now].map(({ isEnough, unwatchedSeconds }) => `${isEnough} ${unwatchedSeconds}`).join();
      const parts = [top.value, all.value, before?.value, names, moment.before, watched];
      if (!changed(...parts, ...shapes.map(({ value }) => value))) return shown;
      // What is not there any more of the span before is no measure for what is now.
      const isWhole = then.isEnough && now.isEnough && before?.value?.absent == null;
      rows = rowsOf({ ...answers, before: isWhole ? before : null }, words, (key) =>
        termOf(by, key, sensorNames(state)),
      );
      most = Math.max(1, ...rows.map(({ packets, term }) => (term === null ? 0 : packets)));
      syncRows(list, rows, createRow, fillRow);
      setShown(none, top.value !== null && rows.length === 0);
      const span = formatDuration(moment.toSeconds - moment.fromSeconds);
      const isAbsent = before?.value?.absent != null;
      const comparison = againstWords(moment.before, span, { before: unwatchedOf(then), now: unwatchedOf(now) }, text);
      setText(against, isAbsent ? text.flowsAbsentBefore : comparison);
      return shown;
    },
    table: () => ({
      header: ['key', 'name', 'packets', 'bytes', 'flows', 'share', 'change'],
      rows: rows.map(({ key, words, packets, bytes, flows, share, change }): Cell[] => [
        key,
        [words.name === key ? '' : words.name, words.note].filter(Boolean).join(' '),
        packets,
        bytes,
        flows,
        Number(share.toFixed(6)),
        change.kind === 'ratio' ? Number(change.ratio.toFixed(4)) : change.kind === 'new' ? 'new' : null,
      ]),
    }),
  };
}

/** What is absent of the span before is absent from no figure that is shown: the line about changes tells it. */
export function ofOtherSpan(before: Answer<TopAnswer>): Answer<TopAnswer> {
  return before.value?.absent == null ? before : { ...before, value: { ...before.value, absent: null } };
}

/** For how long no sensor watched, where that is too long to compare. */
function unwatchedOf({ isEnough, unwatchedSeconds }: Coverage): string | null {
  return isEnough || unwatchedSeconds === 0 ? null : formatDuration(unwatchedSeconds);
}

/** To the sheet with all about the row. */
function aboutButton({ text, actions }: DeskContext): HTMLButtonElement {
  const button = element('button', 'desk-button ranked-about', 'i');
  button.type = 'button';
  button.title = text.aboutOpen;
  button.addEventListener('click', (event) => {
    actions.showAbout(readAbout(button.dataset.about ?? null));
    letGo(event);
  });
  return button;
}

function rowsOf(
  { top, all, before, others, shapeOf, isKnownBefore = () => true }: RankedAnswers,
  words: (key: string) => Words,
  term: (key: string) => string | null,
): Row[] {
  const packetsOfAll = all.value?.rows.reduce((sum, { packets }) => sum + packets, 0) ?? 0;
  const shareOf = (packets: number) => (packetsOfAll === 0 ? 0 : Math.min(1, packets / packetsOfAll));
  const past = before?.value ? new Map(before.value.rows.map(({ key, packets }) => [key, packets])) : null;
  const isWhole = past !== null && past.size < ROWS_BEFORE && !past.has('other');
  const rows = (top.value?.rows ?? []).map((row): Row => {
    const isKnown = past !== null && isKnownBefore(row.key);
    return {
      ...row,
      words: words(row.key),
      share: shareOf(row.packets),
      change: isKnown ? changeOf(row.packets, past.get(row.key), isWhole) : { kind: 'unknown' },
      shape: shapeOf(row.key),
      term: term(row.key),
    };
  });
  if (others === null || others <= 0) return rows;
  const rest = { key: 'other', packets: others, bytes: null, flows: null, share: shareOf(others), term: null };
  return [...rows, { ...rest, words: words('other'), change: { kind: 'unknown' }, shape: shapeOf('other') }];
}

/** All packets of the span, asked once for all panels. */
export function askAll({ moment }: DeskSight, { questions }: DeskContext): Answer<TopAnswer> {
  const path = pathOf('top', moment, moment, { by: 'class' });
  return questions.ask({ name: 'all', path, keepSeconds: moment.keepSeconds, read: readTopAnswer });
}

/** From series that are kept for the dimension. */
function askRolledUp(by: Dimension): Ask {
  const useNamed = onlyNamed();
  return (sight, context, count) => {
    const { moment } = sight;
    const { questions } = context;
    const { keepSeconds, stepSeconds } = moment;
    const listed = questions.ask({
      name: `${by} top`,
      // What the series do not name is a row of its own.
      path: pathOf('top', moment, moment, { by, limit: count + 1 }),
      keepSeconds,
      read: readTopAnswer,
    });
    const top = useNamed(listed, count);
    const all = askAll(sight, context);
    const asked = questions.ask({
      name: `${by} shapes`,
      path: pathOf('series', moment, moment, { by, keys: count, step: stepSeconds }),
      keepSeconds,
      read: readSeriesAnswer,
    });
    // Shapes of another question than the rows say nothing.
    const series = asked.isCurrent === top.isCurrent ? asked : { ...asked, value: null };
    const before = askBefore(moment, by, context);
    const shapeOf = (key: string) => series.value?.keys.find((each) => each.key === key)?.values ?? null;
    // Of rules there are no others: most packets match none.
    const others = by === 'tag' ? null : (series.value?.keys.find(({ key }) => OTHER_KEYS.has(key))?.sum ?? null);
    return { top, all, before, others, shapes: [series], shapeOf };
  };
}

/** The rows with a name. The same answer gives the same rows: what is drawn by them is not drawn anew. */
function onlyNamed(): (answer: Answer<TopAnswer>, count: number) => Answer<TopAnswer> {
  let of: TopAnswer | null = null;
  let rows = 0;
  let named: TopAnswer | null = null;
  return (answer, count) => {
    if (answer.value !== of || count !== rows) {
      of = answer.value;
      rows = count;
      named = of && { ...of, rows: of.rows.filter(({ key }) => !OTHER_KEYS.has(key)).slice(0, count) };
    }
    return { ...answer, value: named };
  };
}

function askBefore(moment: Moment, by: Dimension, { questions }: DeskContext): Answer<TopAnswer> | null {
  if (moment.before === null) return null;
  const path = pathOf('top', moment, moment.before, { by, limit: ROWS_BEFORE });
  const answer = questions.ask({ name: `${by} before`, path, keepSeconds: 3_600, read: readTopAnswer });
  // Figures of another question say nothing of a change.
  return answer.isCurrent || answer.problem !== null ? answer : { ...answer, value: null };
}
