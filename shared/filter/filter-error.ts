/** What is wrong with a filter, and where: a sentence for people, a code for programs, a caret under the word. */
import type { Span } from './syntax.ts';

export type FilterErrorCode =
  /** The words do not make an expression. */
  | 'FILTER_SYNTAX'
  /** A word, a name or a character that means nothing. */
  | 'FILTER_UNKNOWN_WORD'
  /** A number, an address or a mask that cannot be. */
  | 'FILTER_BAD_VALUE'
  /** tcpdump knows the word, and this language does not. */
  | 'FILTER_UNSUPPORTED'
  /** The word is good, and cannot be answered in this place. */
  | 'FILTER_NOT_HERE'
  /** Longer or deeper than is read. */
  | 'FILTER_TOO_LARGE';

/** Characters of the text that are shown on either side of the caret. */
const SHOWN_CHARACTERS = 60;

export class FilterError extends Error {
  override readonly name = 'FilterError';
  readonly code: FilterErrorCode;
  /** The part of the text that the sentence is about. */
  readonly span: Span;

  constructor(code: FilterErrorCode, message: string, span: Span) {
    super(message);
    this.code = code;
    this.span = span;
  }

  /**
   * Two lines: the text (its part around the word, where it is long), and carets under the word with the sentence. Made for a
   * fixed-width font: what has no width, or moves the cursor, is shown as a blank.
   */
  display(text: string): string {
    const { start, end } = this.span;
    const from = Math.max(0, start - SHOWN_CHARACTERS);
    const to = Math.min(text.length, start + SHOWN_CHARACTERS);
    const before = (from > 0 ? '…' : '') + visible(text.slice(from, start));
    const word = visible(text.slice(start, Math.min(end, to)));
    const behind = visible(text.slice(Math.min(end, to), to)) + (to < text.length ? '…' : '');
    const carets = '^'.repeat(Math.max(1, columns(word)));
    return `${before}${word}${behind}\n${' '.repeat(columns(before))}${carets} ${this.message}`;
  }
}

function visible(text: string): string {
  return text.replace(/[\s\p{C}\p{M}]/gu, ' ');
}

/** Columns of a terminal: two for ideographs, kana, Hangul, full-width forms and pictures. */
function columns(text: string): number {
  let count = 0;
  for (const character of text) count += WIDE.test(character) ? 2 : 1;
  return count;
}

const WIDE =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
