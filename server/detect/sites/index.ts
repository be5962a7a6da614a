/** Addresses that the commands in a payload would fetch from. Nothing is ever fetched. */
import { type FetchTool, fetchesOf } from './commands.ts';
import { partsOf } from './defang.ts';
import { type ReadingStep, readingsOf } from './readings.ts';

export { defang, defangHost } from './defang.ts';

export interface PayloadSite {
  readonly tool: FetchTool;
  /** As the command has it: never shown or handed on without `defang`. */
  readonly url: string;
  /** How it was hidden; empty for what stands there plainly. */
  readonly steps: readonly ReadingStep[];
  /** The payload ends within it: more may follow, and within a host it is another host. */
  readonly isCut: boolean;
}

const MOST_SITES = 16;
const MOST_URL_CHARACTERS = 400;

/**
 * Each once, those that stand plainly before those that were hidden. `isCut`: the payload had more bytes than these. An
 * address whose host may go on behind the cut is left out: it would accuse somebody else.
 */
export function sitesOf(payload: Uint8Array, isCut: boolean): PayloadSite[] {
  const found = new Map<string, PayloadSite>();
  for (const { text, steps } of readingsOf(payload)) {
    for (const { tool, url, end } of fetchesOf(text)) {
      const key = `${tool} ${url}`;
      if (found.size >= MOST_SITES || found.has(key) || url.length > MOST_URL_CHARACTERS) continue;
      const goesOn = isCut && end === text.length;
      const { authority, rest } = partsOf(url);
      if (authority === '' || (goesOn && rest === '')) continue;
      found.set(key, { tool, url, steps, isCut: goesOn });
    }
  }
  return [...found.values()];
}
