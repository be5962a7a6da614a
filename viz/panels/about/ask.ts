/** What the sheet asks about a source or a port: all that it did, not what of it the page shows. No DOM. */
import { type AboutFlows, formatAbout, routeOfAbout, termOfAbout } from '../../feed/about.ts';
import type { Answer } from '../../feed/answers.ts';
import { type BreakdownAnswer, type FlowPoints, readBreakdown, readFlowPoints } from '../../feed/breakdown-answer.ts';
import type { Questions } from '../../feed/questions.ts';
import { readSeriesAnswer, type SeriesAnswer } from '../../feed/series-answer.ts';
import type { PageState } from '../../state.ts';
import { COLOURED_KEYS } from '../desk/colours.ts';
import { type Moment, pathOf } from '../desk/moment.ts';
import { MomentKeeper } from '../desk/moment-keeper.ts';
import { boundsOfSession } from '../desk/sessions.ts';

export const POINTS = 5_000;
const DAY_SECONDS = 86_400;

export interface AboutAnswers {
  readonly moment: Moment;
  readonly breakdown: Answer<BreakdownAnswer>;
  readonly series: Answer<SeriesAnswer>;
  readonly points: Answer<FlowPoints>;
  /** Begin of the first day with packets, as it was known last; null while it is not. */
  readonly since: number | null;
}

export class AboutAsker {
  readonly #questions: Questions;
  /** In a young session the end moves every second: questions that move with it are never answered. */
  readonly #moments = new MomentKeeper();
  #isAnswered = false;

  constructor(questions: Questions) {
    this.#questions = questions;
  }

  /** Null before the first totals. */
  ask(about: AboutFlows, state: PageState, nowMilliseconds: number): AboutAnswers | null {
    const bounds = boundsOfSession(state, this.#questions);
    const moment = this.#moments.at({ ...state, filter: '' }, bounds, this.#isAnswered, nowMilliseconds);
    if (moment === null) return null;
    const { keepSeconds, stepSeconds } = moment;
    const only = { ...moment, filter: termOfAbout(about) };
    const by = about.kind === 'source' ? 'port' : 'country';
    // Questions about another are others: their answers must not stand under this title while one waits.
    const key = formatAbout(about);
    const breakdown = this.#ask(
      `${key} breakdown`,
      pathOf(routeOfAbout(about), moment, moment, {}),
      keepSeconds,
      readBreakdown,
    );
    const seriesPath = pathOf('series', only, moment, { by, step: stepSeconds, keys: COLOURED_KEYS });
    const series = this.#ask(`${key} series`, seriesPath, keepSeconds, readSeriesAnswer);
    const points = this.#ask(
      `${key} points`,
      pathOf('flows', only, moment, { limit: POINTS }),
      keepSeconds,
      readFlowPoints,
    );
    const whole = this.#ask(`${key} since`, this.#sincePath(only), 3_600, readSeriesAnswer);
    this.#isAnswered = [breakdown, series, points, whole].every(
      ({ isCurrent, problem }) => isCurrent || problem !== null,
    );
    return { moment, breakdown, series, points, since: firstFilled(whole.value) };
  }

  /** From the begin that was known when the moment was taken: retention moves it, and the question would move with it. */
  #sincePath(only: Moment): string {
    const { fromSeconds, toSeconds } = only;
    const first = this.#moments.bounds?.firstSeconds ?? fromSeconds;
    return pathOf('series', only, { fromSeconds: first, toSeconds }, { by: 'total', step: DAY_SECONDS });
  }

  #ask<T>(name: string, path: string, keepSeconds: number, read: (body: unknown) => T): Answer<T> {
    return this.#questions.ask({ name: `about ${name}`, path, keepSeconds, read });
  }
}

function firstFilled(answer: SeriesAnswer | null): number | null {
  const at = answer?.keys[0]?.values.findIndex((value) => value > 0) ?? -1;
  return answer?.bins[at] ?? null;
}
