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

  /** Two lines: the text (its part around the word, where it is long), and carets under the word with the sentence. */
  display(text: string): string {
    const from = Math.max(0, this.span.start - SHOWN_CHARACTERS);
    const to = Math.min(text.length, this.span.start + SHOWN_CHARACTERS);
    const before = from > 0 ? '…' : '';
    const after = to < text.length ? '…' : '';
    const shown = text.slice(from, to).replace(/\s/g, ' ');
    const indent = ' '.repeat(before.length + this.span.start - from);
    const carets = '^'.repeat(Math.max(1, Math.min(this.span.end, to) - this.span.start));
    return `${before}${shown}${after}\n${indent}${carets} ${this.message}`;
  }
}
