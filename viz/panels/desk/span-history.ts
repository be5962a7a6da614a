/** The spans before this one: a double click goes back. */
import { formatSpan, type Span } from '../../feed/span.ts';

const MOST = 20;

export class SpanHistory {
  readonly #set: (span: Span) => void;
  readonly #before: Span[] = [];
  #now: Span | null = null;

  constructor(set: (span: Span) => void) {
    this.#set = set;
  }

  at(span: Span): void {
    this.#now = span;
  }

  choose(span: Span): void {
    if (this.#now && formatSpan(this.#now) !== formatSpan(span)) this.#before.push(this.#now);
    if (this.#before.length > MOST) this.#before.shift();
    this.#set(span);
  }

  back(): void {
    const span = this.#before.pop();
    if (span) this.#set(span);
  }
}
