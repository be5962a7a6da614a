/** Source addresses with most packets. They are in no series: everything here is summed from the flows. */

import { narrowed } from '../../feed/filter.ts';
import { readSeriesAnswer, readTopAnswer } from '../../feed/series-answer.ts';
import type { DeskContext, DeskPanel, DeskSight } from './desk-panel.ts';
import { pathOf } from './moment.ts';
import { askAll, type RankedAnswers, ROWS_BEFORE, rankedView } from './ranked.ts';
import { termOf } from './terms.ts';

/** Shapes cost a question each: of the first rows, and of spans whose flows are read in a moment. */
const SHAPES = 8;
const LONGEST_SECONDS = 86_400;

export const sources: DeskPanel = {
  id: 'sources',
  title: 'deskSources',
  make: (context) => rankedView('source', context, askFlows),
};

function askFlows(sight: DeskSight, context: DeskContext, count: number): RankedAnswers {
  const { moment } = sight;
  const { questions } = context;
  const { keepSeconds, stepSeconds } = moment;
  const top = questions.ask({
    name: 'source top',
    path: pathOf('top', moment, moment, { by: 'source', limit: count }),
    keepSeconds,
    read: readTopAnswer,
  });
  const all = askAll(sight, context);
  const isShort = moment.toSeconds - moment.fromSeconds <= LONGEST_SECONDS;
  const keys = isShort && top.isCurrent ? (top.value?.rows.slice(0, SHAPES).map(({ key }) => key) ?? []) : [];
  const only = (term: string) => ({ ...moment, filter: narrowed(moment.filter, term) });
  const shapes = keys.map((key, at) =>
    questions.ask({
      name: `source shape ${at}`,
      path: pathOf('series', only(termOf('source', key, () => null)!), moment, { by: 'total', step: stepSeconds }),
      keepSeconds: keepSeconds * 2,
      read: readSeriesAnswer,
    }),
  );
  const any = keys.map((key) => termOf('source', key, () => null)).join(' or ');
  const before =
    moment.before === null || keys.length === 0
      ? null
      : questions.ask({
          name: 'source before',
          path: pathOf('top', only(any), moment.before, { by: 'source', limit: ROWS_BEFORE }),
          keepSeconds: 3_600,
          read: readTopAnswer,
        });
  const shapeOf = (key: string) => {
    const answer = shapes[keys.indexOf(key)];
    return answer?.isCurrent ? (answer.value?.keys[0]?.values ?? null) : null;
  };
  const sum = (rows: readonly { readonly packets: number }[] = []) =>
    rows.reduce((total, { packets }) => total + packets, 0);
  const others = top.isCurrent && all.isCurrent ? sum(all.value?.rows) - sum(top.value?.rows) : null;
  return {
    top,
    all,
    others,
    before: before?.isCurrent ? before : null,
    shapes,
    shapeOf,
    isKnownBefore: (key) => keys.includes(key),
  };
}
