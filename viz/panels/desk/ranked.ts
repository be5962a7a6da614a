/** What has most packets: rows with figure, share, shape over the span, and change against a span before. Each is a filter. */
import type { Answer } from '../../feed/answers.ts';
import { readSeriesAnswer, readTopAnswer, type SeriesAnswer, type TopAnswer } from '../../feed/series-answer.ts';
import { formatCount, formatDuration } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { element, letGo, setShown, setText, syncRows } from '../panel.ts';
import { againstWords, type Change, changeKind, changeOf, changeWords } from './change.ts';
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
  /** The shape of a row; null while it is not known. */
  shapeOf(key: string): ArrayLike<number> | null;
  /** Of the shapes. */
  readonly shapes: readonly Answer<SeriesAnswer>[];
}

interface Row {
  readonly key: string;
  readonly words: Words;
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
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
  const changed = onChange();
  let rows: readonly Row[] = [];

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
    return element('li', '', button);
  }

  function fillRow(item: HTMLElement, row: Row): void {
    const button = item.firstElementChild as HTMLButtonElement;
    const [name, track, count, share, spark, change] = button.children as unknown as HTMLElement[];
    setText(name!.children[0] as HTMLElement, row.words.name);
    setText(name!.children[1] as HTMLElement, row.words.note);
    (track!.firstElementChild as HTMLElement).style.transform = `scaleX(${Math.ceil(row.share * STEPS) / STEPS})`;
    setText(count!, formatCount(row.packets, language));
    setText(share!, `${(row.share * 100).toFixed(row.share < 0.0995 ? 1 : 0)} %`);
    drawSparkline(spark!, row.shape);
    setText(change!, changeWords(row.change, text));
    change!.dataset.change = changeKind(row.change);
    button.disabled = row.term === null;
    button.dataset.term = row.term ?? '';
    button.title = row.term === null ? text.deskNoFilter : fill(text.deskOnly, { term: row.term });
  }

  return {
    element: element('div', 'ranked-panel', none, list, against),
    update(sight) {
      const answers = ask(sight, context, sight.isEnlarged ? ROWS_ENLARGED : ROWS);
      const { top, all, before, shapes } = answers;
      const shown = [top, all, ...(before === null ? [] : [before]), ...shapes];
      const { moment, state } = sight;
      // Names of networks and sensors come when they come.
      const found = top.value?.rows.map(({ key }) => wordsOf(by, key, context, sensorNames(state))) ?? [];
      const names = found.map(({ name, note }) => `${name} ${note}`).join();
      if (!changed(top.value, all.value, before?.value, names, moment.before, ...shapes.map(({ value }) => value)))
        return shown;
      rows = rowsOf(answers, found, (key) => termOf(by, key, sensorNames(state)));
      syncRows(list, rows, createRow, fillRow);
      setShown(none, top.value !== null && rows.length === 0);
      setText(against, againstWords(moment.before, formatDuration(moment.toSeconds - moment.fromSeconds), text));
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

function rowsOf(
  { top, all, before, shapeOf, isKnownBefore = () => true }: RankedAnswers,
  words: readonly Words[],
  term: (key: string) => string | null,
): Row[] {
  const packetsOfAll = all.value?.rows.reduce((sum, { packets }) => sum + packets, 0) ?? 0;
  const past = before?.value ? new Map(before.value.rows.map(({ key, packets }) => [key, packets])) : null;
  const isWhole = past !== null && past.size < ROWS_BEFORE && !past.has('other');
  const rows = (top.value?.rows ?? []).map(
    (row, at): Row => ({
      ...row,
      words: words[at]!,
      share: packetsOfAll === 0 ? 0 : Math.min(1, row.packets / packetsOfAll),
      change:
        past === null || !isKnownBefore(row.key)
          ? { kind: 'unknown' }
          : changeOf(row.packets, past.get(row.key), isWhole),
      shape: shapeOf(row.key),
      term: term(row.key),
    }),
  );
  // What has no name of its own is no rank.
  return rows.sort((a, b) => Number(a.term === null) - Number(b.term === null) || b.packets - a.packets);
}

/** All packets of the span, asked once for all panels. */
export function askAll({ moment }: DeskSight, { questions }: DeskContext): Answer<TopAnswer> {
  const path = pathOf('top', moment, moment, { by: 'class' });
  return questions.ask({ name: 'all', path, keepSeconds: moment.keepSeconds, read: readTopAnswer });
}

/** From series that are kept for the dimension. */
function askRolledUp(by: Dimension): Ask {
  return (sight, context, count) => {
    const { moment } = sight;
    const { questions } = context;
    const { keepSeconds, stepSeconds } = moment;
    const top = questions.ask({
      name: `${by} top`,
      path: pathOf('top', moment, moment, { by, limit: count }),
      keepSeconds,
      read: readTopAnswer,
    });
    const all = askAll(sight, context);
    const series = questions.ask({
      name: `${by} shapes`,
      path: pathOf('series', moment, moment, { by, keys: count, step: stepSeconds }),
      keepSeconds,
      read: readSeriesAnswer,
    });
    const before = askBefore(moment, by, context);
    const shapeOf = (key: string) => series.value?.keys.find((each) => each.key === key)?.values ?? null;
    return { top, all, before, shapes: [series], shapeOf };
  };
}

function askBefore(moment: Moment, by: Dimension, { questions }: DeskContext): Answer<TopAnswer> | null {
  if (moment.before === null) return null;
  const path = pathOf('top', moment, moment.before, { by, limit: ROWS_BEFORE });
  const answer = questions.ask({ name: `${by} before`, path, keepSeconds: 3_600, read: readTopAnswer });
  // Figures of another question say nothing of a change.
  return answer.isCurrent || answer.problem !== null ? answer : { ...answer, value: null };
}
