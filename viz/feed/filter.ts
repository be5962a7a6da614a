/** The filter of the page: what stands in the address, and how a click adds to it. */

import { type Expression, FilterError, parseFilter, printFilter } from '../../shared/filter/index.ts';
import { MAX_TEXT_CHARACTERS } from '../../shared/filter/lexer.ts';

/** Longer ones are refused; a link that was made by hand may have any. */
export const MOST_FILTER_CHARACTERS = MAX_TEXT_CHARACTERS;

/** What the address says. Of one that is too long, as much as shows that it is: it is refused in words, not passed over. */
export function readFilter(text: string | null): string {
  return (text ?? '')
    .slice(0, 2 * MOST_FILTER_CHARACTERS)
    .trim()
    .slice(0, MOST_FILTER_CHARACTERS + 1);
}

/**
 * `filter` narrowed by `term`: only what the term holds for as well or, with `without`, all but that. What says the same is not
 * said twice, and what says the opposite of the term gives way to it.
 */
export function narrowed(filter: string, term: string, without = false): string {
  const before = filter === '' ? [] : termsOf(tryToParse(filter));
  const wanted = tryToParse(term);
  // Whoever looks at the filter is told what is wrong with it.
  if (wanted === null) return filter === '' ? term : `(${filter}) and (${term})`;
  const added = termsOf(without ? negated(wanted) : wanted);
  const opposite = textsOf(without ? termsOf(wanted) : [negated(wanted)]);
  // All of it: of `port 23 and tcp`, the one without the other says something else.
  const gives = [...opposite].every((text) => textsOf(before).has(text));
  return joined([...before.filter((one) => !(gives && opposite.has(printFilter(one)))), ...added]);
}

function textsOf(terms: readonly Expression[]): ReadonlySet<string> {
  return new Set(terms.map(printFilter));
}

/** Null for what cannot be read: nothing can be added to it. */
function tryToParse(text: string): Expression | null {
  try {
    return parseFilter(text);
  } catch (error) {
    if (error instanceof FilterError) return null;
    throw error;
  }
}

function termsOf(expression: Expression | null): readonly Expression[] {
  if (expression === null) return [];
  return expression.kind === 'and' ? expression.terms : [expression];
}

function negated(expression: Expression): Expression {
  return expression.kind === 'not' ? expression.term : { kind: 'not', term: expression, span: expression.span };
}

/** Each term once. */
function joined(all: readonly Expression[]): string {
  const terms = [...new Map(all.map((term) => [printFilter(term), term])).values()];
  const [first] = terms;
  return terms.length === 1 ? printFilter(first!) : printFilter({ kind: 'and', terms, span: { start: 0, end: 0 } });
}
