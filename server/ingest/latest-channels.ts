/** Of several channels of one sensor, the one that says how it is. */
import type { Channel } from './channel.ts';

export const LIVE_SESSION = 0;

/**
 * By sensor: live capture before files read under the same name, what is connected before what is not, what was heard
 * later before what was heard earlier.
 */
export function latestChannels(channels: readonly Channel[]): Map<number, Channel> {
  const later = channels.toSorted(
    (left, right) =>
      Number(isLive(left)) - Number(isLive(right)) ||
      Number(left.peer !== null) - Number(right.peer !== null) ||
      left.lastHeardMilliseconds - right.lastHeardMilliseconds,
  );
  return new Map(later.map((channel) => [channel.sensor.id, channel]));
}

export function isLive({ session }: Channel): boolean {
  return session.id === LIVE_SESSION;
}
