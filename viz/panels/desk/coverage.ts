/** Whether sensors watched, in the span shown and in the one before: an outage is no quiet, and what came after it no rise. No DOM. */
import type { Answer } from '../../feed/answers.ts';
import type { Questions } from '../../feed/questions.ts';
import { readSeriesAnswer, type SeriesAnswer } from '../../feed/series-answer.ts';
import { type Edges, type Moment, pathOf } from './moment.ts';

/** Of the span before: with more of it unwatched, its figures are no measure. */
const MOST_UNWATCHED = 0.05;

export interface Coverage {
  readonly isEnough: boolean;
  /** 0 where it is not known. */
  readonly unwatchedSeconds: number;
}

/** One question for all panels, and whatever the filter: null where nothing was stored before. */
export function askCoverage(moment: Moment, questions: Questions): Answer<SeriesAnswer> | null {
  if (moment.before === null) return null;
  return ask('coverage before', moment, moment.before, 3_600, questions);
}

/** As `askCoverage`, of the span that is shown: null where there is nothing to compare it with. */
export function askCoverageNow(moment: Moment, questions: Questions): Answer<SeriesAnswer> | null {
  if (moment.before === null) return null;
  return ask('coverage now', moment, moment, moment.keepSeconds, questions);
}

function ask(name: string, moment: Moment, edges: Edges, keepSeconds: number, questions: Questions) {
  const path = pathOf('series', { ...moment, filter: '' }, edges, { by: 'total', step: moment.stepSeconds });
  return questions.ask({ name, path, keepSeconds, read: readSeriesAnswer });
}

export function coverageOf(answer: Answer<SeriesAnswer> | null, before: Edges | null): Coverage {
  // What was answered for another span says nothing of this one.
  if (before === null || !answer?.isCurrent || answer.value === null) return { isEnough: false, unwatchedSeconds: 0 };
  const seconds = answer.value.outageSeconds.reduce((sum, each) => sum + each, 0);
  const unwatchedSeconds = Math.min(seconds, before.toSeconds - before.fromSeconds);
  return {
    isEnough: unwatchedSeconds <= (before.toSeconds - before.fromSeconds) * MOST_UNWATCHED,
    unwatchedSeconds,
  };
}
