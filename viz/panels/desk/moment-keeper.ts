/**
 * Holds the moment that panels answer for. A capture that is read as fast as it goes moves on by minutes a second: questions that
 * change before they are answered never are.
 */
import type { PageState } from '../../state.ts';
import { type Moment, momentOf } from './moment.ts';
import type { Bounds } from './sessions.ts';

const SHORTEST_MILLISECONDS = 5_000;
const LONGEST_MILLISECONDS = 60_000;

type Asked = Pick<PageState, 'totals' | 'span' | 'filter'>;

export class MomentKeeper {
  #moment: Moment | null = null;
  #asked: Asked | null = null;
  #finished = false;
  #bounds: Bounds | null = null;
  #sinceMilliseconds = 0;

  /** What was known of the session when the moment that is held was taken. */
  get bounds(): Bounds | null {
    return this.#bounds;
  }

  /** `isAnswered`: all that is shown answers for the moment that is held. */
  at(state: Asked, bounds: Bounds | null, isAnswered: boolean, nowMilliseconds: number): Moment | null {
    const age = nowMilliseconds - this.#sinceMilliseconds;
    const isOld = age >= (isAnswered ? SHORTEST_MILLISECONDS : LONGEST_MILLISECONDS);
    const isFirstKnown = this.#bounds === null && bounds !== null;
    if (this.#moment !== null && !isOld && !isFirstKnown && !this.#isAnother(state)) return this.#moment;
    this.#bounds = bounds;
    const moment = momentOf(state, bounds);
    this.#asked = state.totals === null ? null : { ...state };
    this.#finished = state.totals?.clock.finished === true;
    this.#sinceMilliseconds = nowMilliseconds;
    // The same is the same object: who draws by it does not draw anew.
    if (JSON.stringify(moment) !== JSON.stringify(this.#moment)) this.#moment = moment;
    return this.#moment;
  }

  #isAnother({ totals, span, filter }: Asked): boolean {
    const before = this.#asked;
    if (before === null || span !== before.span || filter !== before.filter) return true;
    if (totals?.clock.finished === true && !this.#finished) return true;
    return totals?.session.id !== before.totals?.session.id;
  }
}
