/** The filter language: tcpdump's, with Kurayami's own words (docs/filter.md). */
export { FilterError, type FilterErrorCode } from './filter-error.ts';
export { parseFilter } from './parser.ts';
export { printFilter } from './print.ts';
export type { Expression } from './syntax.ts';
