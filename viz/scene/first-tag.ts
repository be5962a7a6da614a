/** Of the rules that a streak's packets match, the one that its colour tells: a tool before a hint, then the lowest bit. */
import { Tag } from '../../shared/tags.ts';

/** Bits of the rules that name no tool; the shader knows them as well. */
export const HINT_TAGS = 1 << Tag.irregularSyn;

/** Its bit; 0 for none. */
export function firstTag(tags: number): number {
  const tools = tags & ~HINT_TAGS;
  const bits = tools === 0 ? tags : tools;
  return bits === 0 ? 0 : 31 - Math.clz32(bits & -bits);
}
