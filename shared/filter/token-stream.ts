/** The words of a filter in their order, with bounds on how much is made of them. */
import { FilterError } from './filter-error.ts';
import { type Token, tokenize } from './lexer.ts';
import type { Span } from './syntax.ts';

export const MAX_DEPTH = 100;
export const MAX_NODES = 2_000;

/** Signs after which a number is not an id: what stands before them is arithmetic. */
const OPERATORS: ReadonlySet<string> = new Set([
  ...['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '<', '<=', '>', '>=', '=', '!='],
]);

export class TokenStream {
  readonly #tokens: readonly Token[];
  /** For every opening parenthesis, where its closing one stands. */
  readonly #closing = new Map<number, number>();
  #at = 0;
  #depth = 0;
  #nodes = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
    const open: number[] = [];
    this.#tokens.forEach((token, index) => {
      if (token.kind !== 'sign') return;
      if (token.text === '(') open.push(index);
      else if (token.text === ')' && open.length > 0) this.#closing.set(open.pop()!, index);
    });
  }

  get current(): Token {
    return this.#tokens[this.#at]!;
  }

  get next(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)]!;
  }

  /** The token before the current one. */
  get last(): Token {
    return this.#tokens[Math.max(0, this.#at - 1)]!;
  }

  get atEnd(): boolean {
    return this.current.kind === 'end';
  }

  take(): Token {
    const token = this.current;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  /** True for a keyword or sign of this text; names in quotes and escaped ones are none. */
  is(...texts: readonly string[]): boolean {
    const { kind, text } = this.current;
    return (kind === 'word' || kind === 'sign') && texts.includes(text);
  }

  /** Takes the token if it is one of these. */
  takeIf(...texts: readonly string[]): boolean {
    if (!this.is(...texts)) return false;
    this.#at++;
    return true;
  }

  expect(text: string, why: string): Token {
    if (this.is(text)) return this.take();
    throw this.unexpected(why);
  }

  /** An error about the current token. */
  unexpected(wanted: string): FilterError {
    const { kind, text, span } = this.current;
    const found = kind === 'end' ? 'the filter ends here' : `"${text}" does not fit here`;
    return new FilterError('FILTER_SYNTAX', `${found}: ${wanted}`, span);
  }

  /** True where a number or a parenthesis begins a comparison: an operator follows. */
  isArithmeticAhead(): boolean {
    let end = this.#at;
    if (this.current.kind !== 'number') {
      if (!this.is('(')) return false;
      const closing = this.#closing.get(this.#at);
      if (closing === undefined) return false;
      end = closing;
    }
    const after = this.#tokens[end + 1];
    return after?.kind === 'sign' && OPERATORS.has(after.text);
  }

  /** Runs `read` one level deeper. Throws FilterError when that is too deep. */
  deeper<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) {
      const message = `nested deeper than ${MAX_DEPTH} levels: take parentheses away`;
      throw new FilterError('FILTER_TOO_LARGE', message, this.current.span);
    }
    const result = read();
    this.#depth--;
    return result;
  }

  /** Counts a node of the tree, and gives it its span: from `start` to the end of what was taken. */
  node(start: number): Span {
    if (++this.#nodes > MAX_NODES) {
      const message = `more than ${MAX_NODES} parts: make the filter shorter, for example with net or portrange`;
      throw new FilterError('FILTER_TOO_LARGE', message, this.last.span);
    }
    return { start, end: this.last.span.end };
  }
}
