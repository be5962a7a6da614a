/** Which addresses stand on the Cube's target plane, for those who may see them. */
import type { TargetSpan } from '../../shared/wire/messages.ts';
import type { CubeSettings } from '../views/view.ts';

/** First and last address, as 32-bit words; null where targets stand by their slots. */
export type TargetRange = readonly [first: number, last: number];

/** The network that was chosen, else the smallest that holds every target that came. */
export function targetRange({ targetsBy, targets }: CubeSettings, span: TargetSpan | null): TargetRange | null {
  // Without a span the server shows this page no targets, whatever its address asks for.
  return targetsBy === 'slot' || span === null ? null : (targets ?? networkAround(span));
}

/** It changes at most 32 times, however many targets come. */
export function networkAround({ lowest, highest }: TargetSpan): TargetRange {
  const size = 2 ** (32 - Math.clz32(lowest ^ highest));
  const first = Math.floor(lowest / size) * size;
  return [first, first + size - 1];
}
