/** What could stand at the caret of a filter that somebody types. */
import { FilterError, parseFilter } from '../../shared/filter/index.ts';
import { fieldWords } from '../../shared/filter/words.ts';
import { MOST_FILTER_CHARACTERS } from '../feed/filter.ts';
import {
  classWords,
  comparisonWords,
  countryWords,
  directedWords,
  directionWords,
  joiningWords,
  networkWords,
  portWords,
  prefixed,
  protocolWords,
  radiationWordsOf,
  type Surroundings,
  sensorWords,
  starterWords,
  tagWords,
  type Word,
} from './vocabulary.ts';

export interface Completion {
  /** The part of the text that a suggestion takes the place of. */
  readonly start: number;
  readonly end: number;
  readonly words: readonly Word[];
}

const MOST_WORDS = 10;
/** Shorter ones are in the middle of too many names. */
const LEAST_INSIDE_CHARACTERS = 3;

/** The word under the caret, or the name in quotes that has begun. */
const WORD_BEFORE = /"[^"]*$|[^\s()!"]*$/;

export function complete(text: string, caret: number, around: Surroundings): Completion {
  if (text.length > MOST_FILTER_CHARACTERS) return { start: caret, end: caret, words: [] };
  const before = text.slice(0, caret);
  const typed = WORD_BEFORE.exec(before)![0];
  const start = caret - typed.length;
  const end = caret + (/^[^\s()!"]*/.exec(text.slice(caret))?.[0].length ?? 0);
  const found = ranked(candidates(before.slice(0, start), typed, around), typed.replace('"', ''));
  return { start, end, words: found.slice(0, MOST_WORDS) };
}

function candidates(context: string, typed: string, around: Surroundings): Word[] {
  const previous = /([^\s()!]+)\s*$/.exec(context)?.[1] ?? '';
  const values = valuesAfter(previous, around);
  if (values !== null) return values;
  const conditions = () => [...starterWords(around), ...(typed === '' ? [] : conditionsNamed(around))];
  const standing = standingOf(context);
  if (standing === 'wrong') return [];
  if (standing === 'open') return conditions();
  const joined = typed === '' ? [] : prefixed('and', conditions());
  const narrower = ['tcp', 'udp', 'sctp'].includes(previous) ? directionWords(around) : [];
  return [...joiningWords(around), ...narrower, ...joined];
}

/** Null where the word before does not say what must follow. */
function valuesAfter(previous: string, around: Surroundings): Word[] | null {
  const makers: Readonly<Record<string, (around: Surroundings) => Word[]>> = {
    country: countryWords,
    asn: networkWords,
    sensor: sensorWords,
    class: classWords,
    radiation: radiationWordsOf,
    tag: tagWords,
    port: portWords,
    proto: protocolWords,
    src: () => directedWords('src', around),
    dst: () => directedWords('dst', around),
    host: () => [],
    net: () => [],
    portrange: () => [],
    mask: () => [],
  };
  if (Object.hasOwn(makers, previous)) return makers[previous]!(around);
  return fieldWords.has(previous) && previous !== 'vlan' ? comparisonWords(around) : null;
}

/** Whole conditions that are found by what they are about: `chi` finds `country CN`. */
function conditionsNamed(around: Surroundings): Word[] {
  return [
    ...prefixed('country', countryWords(around)),
    ...prefixed('dst port', portWords()),
    ...prefixed('tag', tagWords(around)),
    ...prefixed('class', classWords(around)),
    ...prefixed('radiation', radiationWordsOf(around)),
    ...prefixed('sensor', sensorWords(around)),
    ...prefixed('asn', networkWords(around)),
  ];
}

/** Whether the text is an expression, could become one with more behind it, or cannot. */
function standingOf(text: string): 'whole' | 'open' | 'wrong' {
  try {
    parseFilter(closed(text));
    return 'whole';
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return error.span.end >= text.trimEnd().length ? 'open' : 'wrong';
  }
}

/** With the parentheses that are open still. */
function closed(text: string): string {
  const open = [...text].reduce((depth, sign) => depth + (sign === '(' ? 1 : sign === ')' ? -1 : 0), 0);
  return text + ')'.repeat(Math.max(0, Math.min(open, MOST_WORDS)));
}

/** Without the one that stands there already. */
function ranked(words: readonly Word[], typed: string): Word[] {
  if (typed === '') return [...words];
  const scored = words.flatMap((word) => {
    const score = scoreOf(word, typed.toLowerCase());
    return score === null || word.insert === typed ? [] : [{ word, score }];
  });
  return scored.sort((a, b) => a.score - b.score).map(({ word }) => word);
}

/** Small is good: it begins so, a word of it begins so, it is somewhere inside. Null for none of these. */
function scoreOf({ insert, names }: Word, typed: string): number | null {
  if (insert.toLowerCase().startsWith(typed)) return 0;
  if (names.some((name) => name === typed)) return 0;
  if (names.some((name) => name.startsWith(typed))) return 1;
  if (names.some((name) => name.split(/[\s,()-]+/).some((part) => part.startsWith(typed)))) return 2;
  return typed.length >= LEAST_INSIDE_CHARACTERS && names.some((name) => name.includes(typed)) ? 3 : null;
}
