/** What is recorded, asked once for all who want to know. */
import { unreadableError } from '../../feed/answers.ts';
import type { Questions } from '../../feed/questions.ts';
import { readStoredSessions, type StoredSession } from '../../replay/session-facts.ts';
import type { PageState } from '../../state.ts';

/** Retention and spools move it, slowly. */
const KEEP_SECONDS = 60;

/** Capture times of its first and last packet as they are stored; null while they are not known. */
export interface Bounds {
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

/** Latest first; an answer that is older than `keepSeconds` is asked for anew. */
export function askSessions(questions: Questions, keepSeconds = KEEP_SECONDS) {
  return questions.ask({ name: 'sessions', path: 'api/v1/sessions', keepSeconds, read: readSessions });
}

export function boundsOfSession({ totals }: PageState, questions: Questions): Bounds | null {
  if (totals === null) return null;
  return askSessions(questions).value?.find(({ id }) => id === totals.session.id) ?? null;
}

function readSessions(body: unknown): StoredSession[] {
  if (!Array.isArray(body)) throw unreadableError();
  return readStoredSessions(body);
}
