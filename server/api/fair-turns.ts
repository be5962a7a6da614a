/**
 * Questions of many askers, a few at a time: each asker's turn comes as often as every other's, however much one asks. What
 * nobody waits for any more leaves the queue at once.
 */
import { ApiError } from './problem.ts';

interface Waiting {
  readonly begin: () => void;
  readonly refuse: (error: ApiError) => void;
}

export class FairTurns {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  /** The asker whose turn comes next stands first. */
  readonly #askers = new Map<string, Waiting[]>();
  #waiting = 0;
  #working = 0;

  constructor(atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /** Throws ApiError: API_BUSY where too many wait, API_GONE where `gone` says that nobody does. */
  take<T>(asker: string, gone: AbortSignal, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        this.#remove(asker, waiting);
        reject(new ApiError(499, 'API_GONE', 'the one who asked is gone'));
      };
      const waiting: Waiting = {
        begin: () => {
          gone.removeEventListener('abort', leave);
          this.#work(work).then(resolve, reject);
        },
        refuse: (error) => {
          gone.removeEventListener('abort', leave);
          reject(error);
        },
      };
      if (gone.aborted) return leave();
      if (this.#waiting >= this.#mostWaiting && !this.#makeRoom(asker)) return waiting.refuse(this.#busy());
      gone.addEventListener('abort', leave);
      this.#askers.set(asker, [...(this.#askers.get(asker) ?? []), waiting]);
      this.#waiting += 1;
      this.#next();
    });
  }

  async #work<T>(work: () => Promise<T>): Promise<T> {
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#working -= 1;
      this.#next();
    }
  }

  #next(): void {
    while (this.#working < this.#atOnce) {
      const [entry] = this.#askers;
      if (entry === undefined) return;
      const [asker, [waiting]] = entry as [string, [Waiting]];
      this.#remove(asker, waiting);
      const others = this.#askers.get(asker);
      // Behind all others.
      this.#askers.delete(asker);
      if (others !== undefined) this.#askers.set(asker, others);
      waiting.begin();
    }
  }

  /** Whoever has most in the queue gives way; not to somebody who has as much. */
  #makeRoom(asker: string): boolean {
    let [longest, most] = [asker, (this.#askers.get(asker)?.length ?? 0) + 1];
    for (const [other, { length }] of this.#askers) if (length > most) [longest, most] = [other, length];
    const last = longest === asker ? undefined : this.#askers.get(longest)?.at(-1);
    if (last === undefined) return false;
    this.#remove(longest, last);
    last.refuse(this.#busy());
    return true;
  }

  #remove(asker: string, waiting: Waiting): void {
    const own = this.#askers.get(asker);
    if (!own?.includes(waiting)) return;
    this.#waiting -= 1;
    const others = own.filter((other) => other !== waiting);
    if (others.length > 0) this.#askers.set(asker, others);
    else this.#askers.delete(asker);
  }

  #busy(): ApiError {
    return new ApiError(429, 'API_BUSY', `${this.#mostWaiting} such questions wait for their turn: ask again soon`);
  }
}

const MOST_DEAR = 8;

/** Of dear questions: one at a time, that the store is there for all others, too. */
export const dearTurns = () => new FairTurns(1, MOST_DEAR);
