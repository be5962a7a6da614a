/** Networks that sent most of late, for suggestions: asked of the server when somebody begins to type. */

const MOST_NETWORKS = 20;
const AGAIN_MILLISECONDS = 60_000;

export class SentNetworks {
  /** Most packets first. */
  numbers: readonly number[] = [];
  #askedMilliseconds = Number.NEGATIVE_INFINITY;

  async ask(): Promise<void> {
    const now = performance.now();
    if (now - this.#askedMilliseconds < AGAIN_MILLISECONDS) return;
    this.#askedMilliseconds = now;
    try {
      const answer = await fetch(`api/v1/top?by=network&limit=${MOST_NETWORKS}`);
      if (answer.ok) this.numbers = readNumbers(await answer.json());
    } catch {
      // Without them there are no suggestions behind `asn`.
    }
  }
}

function readNumbers(answer: unknown): number[] {
  const rows = (answer as { rows?: unknown } | null)?.rows;
  if (!Array.isArray(rows)) return [];
  const numbers = rows.map((row: { key?: unknown } | null) => Number(/^AS(\d{1,10})$/.exec(String(row?.key))?.[1]));
  return numbers.filter((number) => Number.isInteger(number) && number > 0).slice(0, MOST_NETWORKS);
}
