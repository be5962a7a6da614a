/** Answers that are at hand for a moment: pages that show the same replay ask the same, at nearly the same time. */

/** Late packets may belong into an answer: it is not held for longer. */
const HELD_MILLISECONDS = 2_000;
const MOST_BYTES = 32 * 1024 * 1024;

export class RecentAnswers {
  /** Oldest first. */
  readonly #answers = new Map<string, { readonly body: Uint8Array; readonly milliseconds: number }>();
  #bytes = 0;

  find(key: string): Uint8Array | null {
    this.#forget();
    return this.#answers.get(key)?.body ?? null;
  }

  put(key: string, body: Uint8Array): void {
    this.#drop(key);
    this.#answers.set(key, { body, milliseconds: performance.now() });
    this.#bytes += body.length;
    this.#forget();
  }

  #forget(): void {
    const oldest = performance.now() - HELD_MILLISECONDS;
    for (const [key, { milliseconds }] of this.#answers) {
      if (this.#bytes <= MOST_BYTES && milliseconds >= oldest) return;
      this.#drop(key);
    }
  }

  #drop(key: string): void {
    const known = this.#answers.get(key);
    if (known === undefined) return;
    this.#bytes -= known.body.length;
    this.#answers.delete(key);
  }
}
