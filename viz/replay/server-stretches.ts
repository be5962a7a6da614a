/** Stretches from the server's stores. */
import { AWAY, problemOf, QuestionError } from '../feed/answers.ts';
import type { StretchSource } from './stretch.ts';

/** More than any stretch. */
const MOST_BYTES = 32 << 20;

export const serverStretches: StretchSource = {
  async stretch({ session, fromSeconds, toSeconds, filter, most, isBrief = false }, signal) {
    const query = new URLSearchParams({
      session: String(session),
      from: timeText(fromSeconds),
      to: timeText(toSeconds),
      most: String(most),
      ...(filter === '' ? {} : { filter }),
      ...(isBrief ? { figures: 'brief' } : {}),
    });
    const answer = await fetch(`api/v1/streaks?${query}`, { signal }).catch(awayUnless(signal));
    if (!answer.ok) throw new QuestionError(answer.status, problemOf(await answer.json().catch(() => null)));
    const body = await answer.arrayBuffer().catch(awayUnless(signal));
    if (body.byteLength > MOST_BYTES) throw new QuestionError(200, problemOf(null));
    return new Uint8Array(body);
  },
};

function awayUnless(signal: AbortSignal) {
  return (error: unknown): never => {
    if (signal.aborted) throw error;
    throw new QuestionError(0, { code: AWAY, detail: '' });
  };
}

const timeText = (seconds: number) => new Date(seconds * 1000).toISOString();
