/** How sure a label is, in words. No DOM. */
import type { SourceLabel } from '../../feed/labels-answer.ts';
import { formatCount } from '../../text/format.ts';
import { fill, type Language, type Text } from '../../text/text.ts';

/** Up to here the number itself is read; beyond it, its size. */
const MOST_WRITTEN_OUT = 1e6;
/** What is smaller than any number of ours is at most this. */
const SMALLEST_POWER = 300;
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

export function certaintyWords({ state, odds }: SourceLabel, text: Text): string {
  if (state === 'hint') return text.labelHint;
  if (state === 'label') return odds === null ? text.labelSureBehaviour : text.labelSure;
  return odds === null ? text.labelPossibleBehaviour : text.labelPossible;
}

/** A sentence, such as `By chance: 1 in 10¹⁵.`; empty for hints. */
export function oddsWords({ odds, state }: SourceLabel, text: Text, language: Language): string {
  if (odds === null) return state === 'hint' ? '' : text.oddsBehaviour;
  if (odds === 0) return fill(text.oddsBelow, { number: powerOfTen(SMALLEST_POWER) });
  if (odds > 0.5) return text.oddsLikely;
  const one = 1 / odds;
  const number = one < MOST_WRITTEN_OUT ? formatCount(one, language) : powerOfTen(Math.floor(Math.log10(one)));
  return fill(text.oddsOneIn, { number });
}

function powerOfTen(power: number): string {
  return `10${[...String(power)].map((digit) => SUPERSCRIPTS[Number(digit)]).join('')}`;
}
