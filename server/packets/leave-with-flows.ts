/** Packets of which no flows are kept any more leave the ring: what retention took out shall not be there in full. */
import type { Catalog, FlowStore } from '../store/stores.ts';
import type { PacketRing } from './packet-ring.ts';

const LIVE_SESSION = 0;
/** Retention takes live flows by the hour. */
const HOUR_SECONDS = 3_600;
const LOOK_EVERY_MILLISECONDS = 10_000;

export interface LeaveParts {
  readonly flows: Pick<FlowStore, 'account' | 'stretch'>;
  readonly catalog: Pick<Catalog, 'sessions'>;
  readonly ring: Pick<PacketRing, 'expire' | 'sessions'>;
}

/** Packets before this moment are not given any more, and files that have no others are gone when it resolves. 0: all are kept. */
export async function leaveWithFlows({ flows, catalog, ring }: LeaveParts, session: number): Promise<number> {
  const { expired } = await flows.account(session);
  if (expired.packets === 0) return 0;
  const { keptFromSeconds } = await flows.stretch({ session, fromSeconds: 0, toSeconds: 0, most: 1 });
  const before = keptFromSeconds === null ? await endOf(catalog, session) : beginOf(session, keptFromSeconds);
  if (before > 0) ring.expire(session, before);
  return before;
}

/** Behind the last flow that was stored: what comes now is not meant. */
async function endOf(catalog: LeaveParts['catalog'], session: number): Promise<number> {
  const record = (await catalog.sessions()).find(({ id }) => id === session);
  return record?.lastSeconds == null ? 0 : Math.floor(record.lastSeconds) + 1;
}

/** Other sessions go whole: of one that has flows, nothing has gone. */
function beginOf(session: number, keptFromSeconds: number): number {
  return session === LIVE_SESSION ? Math.floor(keptFromSeconds / HOUR_SECONDS) * HOUR_SECONDS : 0;
}

/** Does so every now and then. A store that does not answer is asked again. */
export function startLeaving(parts: LeaveParts): { stop(): Promise<void> } {
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    for (const session of parts.ring.sessions()) await leaveWithFlows(parts, session).catch(() => undefined);
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    looking = look().finally(() => {
      isLooking = false;
    });
  }, LOOK_EVERY_MILLISECONDS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}
