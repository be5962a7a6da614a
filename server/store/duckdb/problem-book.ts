/** What the store does by itself and fails at: nobody waits for an answer, so that the state has to say it. */
import type { StoreProblem, StoreProblemCode } from '../stores.ts';
import { firstLine } from './store-errors.ts';

/** More are not listed: each damaged file may be one. */
const MAX_PROBLEMS = 50;

export class ProblemBook {
  /** What failed last, also when it goes again by now. */
  lastError: StoreProblem | null = null;
  /** By step: what is going wrong now. */
  readonly #problems = new Map<string, StoreProblem>();

  list(): StoreProblem[] {
    return [...this.#problems.values()];
  }

  /** `step` tells problems of one code apart. One that was noted before keeps its begin. */
  note(code: StoreProblemCode, message: string, step: string = code): void {
    const nowSeconds = Date.now() / 1000;
    const before = this.#problems.get(step);
    const problem = { code, message, sinceSeconds: before?.sinceSeconds ?? nowSeconds, lastSeconds: nowSeconds };
    this.lastError = problem;
    if (before !== undefined || this.#problems.size < MAX_PROBLEMS) this.#problems.set(step, problem);
  }

  clear(step: string): void {
    this.#problems.delete(step);
  }

  /** Does the step; an error is noted, with a sentence before it, and given back, so that the next step can follow. */
  async attempt(
    code: StoreProblemCode,
    step: string,
    sentence: string,
    work: () => Promise<unknown>,
  ): Promise<Error | null> {
    try {
      await work();
      this.clear(step);
      return null;
    } catch (cause) {
      this.note(code, `${sentence}: ${firstLine(cause)}`, step);
      return cause instanceof Error ? cause : new Error(String(cause));
    }
  }
}
