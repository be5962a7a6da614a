/** Names of networks (autonomous systems), asked of the server once for each that somebody looks at. */
import { fetchAnswer, QuestionError } from './answers.ts';

/** Those looked at last are kept. */
const MOST_NAMES = 500;
/** More are asked for when these have answered: a pointer that sweeps over the picture asks for many. */
const MOST_QUESTIONS = 4;
/** A server that did not answer is asked again after this time. */
const AGAIN_MILLISECONDS = 10_000;

const LONGEST_MILLISECONDS = 20_000;

/** Null where no name is known. Rejects when the server did not say. */
export type AskName = (asn: number) => Promise<string | null>;

export class NetworkNames {
  readonly #ask: AskName;
  readonly #arrived: () => void;
  /** Null: no name is known. */
  readonly #names = new Map<number, string | null>();
  readonly #asked = new Set<number>();
  #silentUntilMilliseconds = Number.NEGATIVE_INFINITY;

  /** `arrived` is called when a name has come. */
  constructor(arrived: () => void, ask: AskName = askNameWith(fetchAnswer)) {
    this.#arrived = arrived;
    this.#ask = ask;
  }

  /** The name, or null while it is not known; then it is asked for. */
  of(asn: number): string | null {
    const name = this.#names.get(asn);
    if (name !== undefined) {
      this.#keep(asn, name);
      return name;
    }
    if (asn !== 0 && this.#mayAsk(asn)) void this.#find(asn);
    return null;
  }

  #mayAsk(asn: number): boolean {
    if (this.#asked.has(asn) || this.#asked.size >= MOST_QUESTIONS) return false;
    return performance.now() >= this.#silentUntilMilliseconds;
  }

  async #find(asn: number): Promise<void> {
    this.#asked.add(asn);
    try {
      this.#keep(asn, await this.#ask(asn));
    } catch {
      this.#silentUntilMilliseconds = performance.now() + AGAIN_MILLISECONDS;
      return;
    } finally {
      this.#asked.delete(asn);
    }
    this.#arrived();
  }

  /** As the newest. */
  #keep(asn: number, name: string | null): void {
    this.#names.delete(asn);
    this.#names.set(asn, name);
    if (this.#names.size > MOST_NAMES) this.#names.delete(this.#names.keys().next().value!);
  }
}

/** `ask` is as fetchAnswer. */
export function askNameWith(ask: typeof fetchAnswer): AskName {
  return async (asn) => {
    try {
      const answer = await ask(`api/v1/networks/${asn}`, AbortSignal.timeout(LONGEST_MILLISECONDS), () => undefined);
      const { name } = (answer ?? {}) as { name?: unknown };
      return typeof name === 'string' && name !== '' ? name : null;
    } catch (error) {
      if (error instanceof QuestionError && error.status === 404) return null;
      throw error;
    }
  };
}
