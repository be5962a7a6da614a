/** The answer to a page that asks for a stretch: what was counted, and the flows that it draws. */
import { encodeFrame, FrameKind, type WirePlatform } from '../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import { type StreakBatch, streaksToFrame } from '../../shared/wire/streaks.ts';
import { joinFrames, type StretchHead } from '../../shared/wire/stretch.ts';

/** `batches`: one of each family at most, its rows in order of time. */
export function stretchBody(
  head: StretchHead,
  batches: readonly StreakBatch[],
  platform?: WirePlatform,
): Uint8Array<ArrayBuffer> {
  const frames = batches
    .filter(({ length }) => length > 0)
    .map((batch) => encodeFrame(streaksToFrame(batch, 0), platform === undefined ? {} : { platform }));
  return joinFrames([encodeJsonFrame(FrameKind.stretch, head), ...frames]);
}

/**
 * Numbers in [0, 1) that are the same for the same stretch of the same session: a sample of it is the same each time, and a
 * link shows the same picture.
 */
export function stretchRandom(session: number, fromSeconds: number): () => number {
  let state = (Math.imul(session + 1, 0x9e3779b1) ^ Math.floor(fromSeconds)) >>> 0;
  return () => {
    // A counter through a mix of 32 bits.
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 4_294_967_296;
  };
}
