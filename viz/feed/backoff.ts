/** How long to wait before the next attempt to connect. */
const FIRST_SECONDS = 0.5;
const GROWTH = 1.7;
const LONGEST_SECONDS = 15;

/** Grows with each failed attempt; the jitter keeps a wall of pages from knocking all at once. `chance` is in [0, 1). */
export function retryDelaySeconds(failedAttempts: number, chance: number): number {
  const full = Math.min(LONGEST_SECONDS, FIRST_SECONDS * GROWTH ** failedAttempts);
  return full * (0.5 + 0.5 * chance);
}
