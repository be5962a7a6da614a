/** The session and span of time that a request asks about. */
import { MAX_CAPTURE_SECONDS } from '../../shared/time.ts';
import type { Catalog, SessionRecord, Span } from '../store/stores.ts';
import { ApiError } from './api-error.ts';

export { timeText } from './time-text.ts';

const DEFAULT_SPAN_SECONDS = 3_600;

export interface SpanQuery {
  session?: number | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export interface AskedSpan extends Span {
  readonly session: number;
}

/** Throws ApiError for times that are none and sessions that are not there. */
export async function resolveSpan(
  query: SpanQuery,
  catalog: Pick<Catalog, 'sessions'>,
  current: () => number,
): Promise<AskedSpan> {
  const sessions = await catalog.sessions();
  const id = query.session ?? current();
  const session = sessions.find((candidate) => candidate.id === id);
  if (session === undefined && query.session !== undefined)
    throw new ApiError(404, 'API_NO_SESSION', `there is no session ${id}`);
  const toSeconds = query.to === undefined ? endOf(session) : secondsOf('to', query.to);
  const fromSeconds = query.from === undefined ? beginOf(session, toSeconds) : secondsOf('from', query.from);
  if (fromSeconds > toSeconds) throw new ApiError(400, 'API_BAD_SPAN', 'from lies after to');
  return { session: id, fromSeconds, toSeconds };
}

/** The session's own record, where it has one. */
export async function recordOf(id: number, catalog: Pick<Catalog, 'sessions'>): Promise<SessionRecord | undefined> {
  return (await catalog.sessions()).find((session) => session.id === id);
}

function endOf(session: SessionRecord | undefined): number {
  return session?.lastSeconds == null ? Math.ceil(Date.now() / 1000) : Math.floor(session.lastSeconds) + 1;
}

function beginOf(session: SessionRecord | undefined, toSeconds: number): number {
  if (session !== undefined && session.kind !== 'live' && session.firstSeconds !== null)
    return Math.min(toSeconds, Math.floor(session.firstSeconds));
  return Math.max(0, toSeconds - DEFAULT_SPAN_SECONDS);
}

function secondsOf(name: string, text: string): number {
  const parts = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d)?)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  // A fraction needs seconds; Date would cut it off behind milliseconds, and flows have microseconds.
  const isTime = parts !== null && (parts[2] === undefined || parts[1]!.length === 19);
  const milliseconds = isTime ? Date.parse(`${parts[1]}${parts[3]}`) : Number.NaN;
  if (Number.isNaN(milliseconds))
    throw new ApiError(400, 'API_BAD_TIME', `${name} is no RFC 3339 time such as 2026-01-31T12:00:00Z`);
  const seconds = milliseconds / 1000 + Number(parts?.[2] ?? 0);
  if (seconds < 0 || seconds > MAX_CAPTURE_SECONDS)
    throw new ApiError(400, 'API_BAD_TIME', `${name} lies outside of 1970 to 2255`);
  return seconds;
}
