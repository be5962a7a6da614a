/** What was recorded before: earlier sessions with the shape of their traffic. */
import { readSeries } from './rate-history.ts';

export interface RecordedSession {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly packets: number;
  /** Packets per second over the session, in order of time. */
  readonly rates: readonly number[];
}

const MOST_SESSIONS = 3;
const ASK_EVERY_MILLISECONDS = 60_000;

/** Sessions of an answer of `api/v1/sessions`, latest first, without the one that is shown; what is none is left out. */
export function readSessions(answer: unknown, shownSession: number): Omit<RecordedSession, 'rates'>[] {
  if (!Array.isArray(answer)) return [];
  const sessions: Omit<RecordedSession, 'rates'>[] = [];
  for (const { id, name, kind, first, last, packets } of answer as Record<string, unknown>[]) {
    const firstSeconds = typeof first === 'string' ? Date.parse(first) / 1000 : Number.NaN;
    const lastSeconds = typeof last === 'string' ? Date.parse(last) / 1000 : Number.NaN;
    if (typeof id !== 'number' || id === shownSession || typeof packets !== 'number' || packets === 0) continue;
    if (Number.isNaN(firstSeconds) || Number.isNaN(lastSeconds)) continue;
    sessions.push({ id, name: String(name), kind: String(kind), firstSeconds, lastSeconds, packets });
  }
  return sessions.reverse().slice(0, MOST_SESSIONS);
}

/** Keeps the list of recorded sessions up to date for as long as the page lives. */
export class Recorded {
  sessions: readonly RecordedSession[] = [];
  #shownSession: number | null = null;
  #askedMilliseconds = Number.NEGATIVE_INFINITY;

  /** Call as often as you like: the server is asked when another session is shown, and once a minute. */
  refresh(shownSession: number): void {
    const now = performance.now();
    if (shownSession === this.#shownSession && now - this.#askedMilliseconds < ASK_EVERY_MILLISECONDS) return;
    this.#shownSession = shownSession;
    this.#askedMilliseconds = now;
    void this.#ask(shownSession);
  }

  async #ask(shownSession: number): Promise<void> {
    try {
      const answer = await fetch('api/v1/sessions');
      if (!answer.ok) return;
      const sessions = readSessions(await answer.json(), shownSession);
      const withRates = await Promise.all(
        sessions.map(async (session) => ({ ...session, rates: await fetchRates(session.id) })),
      );
      // Another session may be shown by now: its own question is under way.
      if (shownSession === this.#shownSession) this.sessions = withRates;
    } catch {
      // The list stays as it was; it is asked for again in a minute.
    }
  }
}

async function fetchRates(session: number): Promise<number[]> {
  const answer = await fetch(`api/v1/series?measure=packets&by=total&session=${session}`);
  return answer.ok ? readSeries(await answer.json(), 0).map(({ packetsPerSecond }) => packetsPerSecond) : [];
}
