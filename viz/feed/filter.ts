/** The filter of the page: what stands in the address, and how a click adds to it. */

/** Longer ones are refused by the server; a link that was made by hand may have any. */
export const MOST_FILTER_CHARACTERS = 8_192;

/** What the address says; nothing where it is too long to be one. */
export function readFilter(text: string | null): string {
  const filter = text?.trim() ?? '';
  return filter.length <= MOST_FILTER_CHARACTERS ? filter : '';
}

/** `filter` narrowed by `term`: only what the term holds for or, with `without`, all but that. A term is not added twice. */
export function narrowed(filter: string, term: string, without = false): string {
  const added = without ? `not (${term})` : `(${term})`;
  if (filter === '') return without ? added : term;
  if (filter === term || filter === added || filter.endsWith(` and ${added}`)) return filter;
  return `${/ and \([^()]*\)$/.test(filter) ? filter : `(${filter})`} and ${added}`;
}
