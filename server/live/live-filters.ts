/** The filters that pages watch through: as few as can be, and not too many. */
import { type FlowCondition, partsOf } from '../../shared/filter/flow-condition.ts';
import { ApiError } from '../api/problem.ts';
import { LiveFilter } from './live-filter.ts';
import type { Viewer } from './viewer.ts';

/** Each costs time for every flow that comes. */
export const MAX_LIVE_FILTERS = 16;
/** Of one asker: nobody takes them all from the others. */
export const MAX_FILTERS_OF_ONE = 8;
/** Columns that a filter looks at, for the same reason. What stored flows are asked may be longer. */
export const MAX_LIVE_PARTS = 200;

export class LiveFilters {
  readonly #filters = new Map<string, LiveFilter>();

  get all(): Iterable<LiveFilter> {
    return this.#filters.values();
  }

  get size(): number {
    return this.#filters.size;
  }

  /** The viewer watches through this filter from the next batch on. Throws ApiError, and then nothing has changed. */
  join(viewer: Viewer, key: string, condition: FlowCondition, text: string): void {
    const filter = this.#filters.get(key) ?? this.#create(key, condition, viewer);
    filter.watchers += 1;
    this.leave(viewer);
    this.#filters.set(key, filter);
    viewer.select({ filter, text });
  }

  #create(key: string, condition: FlowCondition, { asker, selection }: Viewer): LiveFilter {
    const left = selection?.filter ?? null;
    const parts = partsOf(condition);
    if (parts > MAX_LIVE_PARTS)
      throw new ApiError(
        400,
        'FILTER_TOO_LARGE',
        `the filter has ${parts} parts, and the live picture takes ${MAX_LIVE_PARTS}: make it shorter, for example with net or portrange`,
      );
    // The one that the viewer leaves for it makes room, where nobody else has it.
    const stay = [...this.#filters.values()].filter((filter) => filter !== left || filter.watchers > 1);
    if (stay.filter((filter) => filter.asker === asker).length >= MAX_FILTERS_OF_ONE)
      throw new ApiError(
        503,
        'TOO_MANY_FILTERS',
        `you watch through ${MAX_FILTERS_OF_ONE} filters already: close a page, or take a filter of another`,
      );
    const others = stay.length;
    if (others >= MAX_LIVE_FILTERS)
      throw new ApiError(
        503,
        'TOO_MANY_FILTERS',
        `pages watch through ${MAX_LIVE_FILTERS} other filters already: take one of theirs, or try again later`,
      );
    return new LiveFilter(key, condition, asker);
  }

  /** The viewer has no filter any more; one that nobody has is dropped. */
  leave(viewer: Viewer): void {
    const filter = viewer.selection?.filter;
    viewer.select(null);
    if (filter === undefined) return;
    filter.watchers -= 1;
    if (filter.watchers === 0) this.#filters.delete(filter.key);
  }
}
