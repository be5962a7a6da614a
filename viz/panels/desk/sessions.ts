/** Since when there is something of the session that is shown. */

import { unreadableError } from '../../feed/answers.ts';
import type { Questions } from '../../feed/questions.ts';
import { record, seconds } from '../../feed/series-answer.ts';
import type { PageState } from '../../state.ts';

/** Retention and spools move it, slowly. */
const KEEP_SECONDS = 60;

/** Capture time of its first packet; null while it is not known. */
export function firstOfSession({ totals }: PageState, questions: Questions): number | null {
  if (totals === null) return null;
  const answer = questions.ask({
    name: 'sessions',
    path: 'api/v1/sessions',
    keepSeconds: KEEP_SECONDS,
    read: readFirsts,
  });
  return answer.value?.get(totals.session.id) ?? null;
}

function readFirsts(body: unknown): ReadonlyMap<number, number> {
  if (!Array.isArray(body)) throw unreadableError();
  return new Map(
    body
      .map(record)
      .flatMap(({ id, first }) => (typeof id === 'number' && first != null ? [[id, seconds(first)]] : [])),
  );
}
