/** What a replay goes round and round in. No DOM. */
import type { Span } from '../feed/span.ts';

export interface Loop {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** The chosen span where the session has something of it, else all of the session: to the landing of its last flow, and on from its first. */
export function loopOf(
  span: Span,
  { firstSeconds, lastSeconds }: { readonly firstSeconds: number; readonly lastSeconds: number },
): Loop {
  if (span.kind === 'fixed' && span.fromSeconds <= lastSeconds && span.toSeconds > firstSeconds) return span;
  return { fromSeconds: firstSeconds, toSeconds: Number.POSITIVE_INFINITY };
}
