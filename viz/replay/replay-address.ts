/** The moment of a replay in the address: a link shows a colleague the same picture. */
import type { ReplayView, ReplayWish } from './page-replay.ts';
import { readSpeed } from './speeds.ts';

const NAMES = ['session', 'at', 'speed', 'loop'] as const;
/** RFC 3339 in UTC with milliseconds, as this file writes it, or without. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;
const MOST_SESSION = 0xffff_ffff;

/** Null where the address asks for no replay. */
export function readReplay(query: URLSearchParams): ReplayWish | null {
  const session = query.get('session');
  const at = query.get('at');
  if (session === null && at === null) return null;
  const id = /^\d{1,10}$/.test(session ?? '') ? Number(session) : Number.NaN;
  const milliseconds = TIME.test(at ?? '') ? Date.parse(at!) : Number.NaN;
  return {
    ...(id <= MOST_SESSION ? { session: id } : {}),
    ...(Number.isNaN(milliseconds) ? {} : { atSeconds: milliseconds / 1000 }),
    speed: readSpeed(query.get('speed')),
    isLooping: query.has('loop'),
  };
}

/** Takes all of it out where nothing is replayed. */
export function writeReplay(view: ReplayView | null, query: URLSearchParams): void {
  for (const name of NAMES) query.delete(name);
  if (view === null) return;
  query.set('session', String(view.session.id));
  query.set('at', new Date(view.atSeconds * 1000).toISOString());
  if (view.speed !== 1) query.set('speed', String(view.speed));
  if (view.isLooping) query.set('loop', 'yes');
}
