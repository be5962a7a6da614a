/** Dear questions, one after the other: they shall not take the store from all others, and not run for nobody. */
import { ApiError } from './problem.ts';

const MOST_WAITING = 8;

/** To be asked now and then by work that takes long. Throws ApiError. */
export function throwIfGone(isGone: () => boolean): void {
  if (isGone()) throw new ApiError(499, 'API_GONE', 'the one who asked is gone');
}

export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** `work` begins when its turn has come, unless `isGone` says then that nobody waits for it. Throws ApiError. */
  async take<T>(isGone: () => boolean, work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MOST_WAITING)
      throw new ApiError(429, 'API_BUSY', `${MOST_WAITING} such questions wait for their turn: ask again soon`);
    this.#waiting++;
    const turn = this.#last.then(() => {
      throwIfGone(isGone);
      return work();
    });
    this.#last = turn.then(
      () => this.#waiting--,
      () => this.#waiting--,
    );
    return await turn;
  }
}
