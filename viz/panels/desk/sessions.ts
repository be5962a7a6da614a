/** Of when there is something of the session that is shown. */

import { unreadableError } from '../../feed/answers.ts';
import type { Questions } from '../../feed/questions.ts';
import { record, seconds } from '../../feed/series-answer.ts';
import type { PageState } from '../../state.ts';

/** Retention and spools move it, slowly. */
const KEEP_SECONDS = 60;

/** Capture times of its first and last packet as they are stored; null while they are not known. */
export interface Bounds {
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

export function boundsOfSession({ totals }: PageState, questions: Questions): Bounds | null {
  if (totals === null) return null;
  const answer = questions.ask({
    name: 'sessions',
    path: 'api/v1/sessions',
    keepSeconds: KEEP_SECONDS,
    read: readBounds,
  });
  return answer.value?.get(totals.session.id) ?? null;
}

function readBounds(body: unknown): ReadonlyMap<number, Bounds> {
  if (!Array.isArray(body)) throw unreadableError();
  return new Map(
    body.map(record).flatMap(({ id, first, last }) => {
      if (typeof id !== 'number' || first == null || last == null) return [];
      return [[id, { firstSeconds: seconds(first), lastSeconds: seconds(last) }] as const];
    }),
  );
}
