/** How the filter that a page wants stands with the server. */
import type { ErrorMessage } from '../../shared/wire/messages.ts';

export interface FilterState {
  /** The filter that what comes now is of; empty for all flows. */
  readonly text: string;
  /** Capture time from which on the live totals count; null where they are of the whole session. */
  readonly sinceSeconds: number | null;
  /** Why one was refused, with its text in `filter`. */
  readonly refusal: ErrorMessage | null;
  /** When the server was asked for another, on the clock of `performance.now()`. */
  readonly askedMilliseconds: number;
}

export const noFilter: FilterState = {
  text: '',
  sinceSeconds: null,
  refusal: null,
  askedMilliseconds: Number.NEGATIVE_INFINITY,
};

/** An answer takes some milliseconds: until then nothing is wrong. */
const PATIENCE_MILLISECONDS = 1_500;

/**
 * `all`: none is wanted, and none in force. `holds`: the one that is wanted is in force. `asked`: it was asked for just now.
 * `refused`, `silent`: it is not in force, because the server refused it or says nothing; nothing is drawn meanwhile.
 */
export type FilterStanding = 'all' | 'holds' | 'asked' | 'refused' | 'silent';

export function standingOf(wanted: string, { text, refusal, askedMilliseconds }: FilterState): FilterStanding {
  if (text === wanted) return wanted === '' ? 'all' : 'holds';
  if (refusal?.filter === wanted) return 'refused';
  return performance.now() - askedMilliseconds < PATIENCE_MILLISECONDS ? 'asked' : 'silent';
}
