/** Filters that somebody keeps in this browser: named ones, and those used last. Whatever else lies in the storage is passed over. */
import { MOST_FILTER_CHARACTERS } from '../feed/filter.ts';

export interface SavedFilter {
  readonly name: string;
  readonly filter: string;
}

export const MOST_SAVED = 50;
export const MOST_RECENT = 10;
export const MOST_NAME_CHARACTERS = 60;
/** Of all together: storage is small, and read whenever the list is opened. */
const MOST_STORED_CHARACTERS = 200_000;
const KEY = 'kurayami.filters';

interface Stored {
  readonly saved: readonly SavedFilter[];
  readonly recent: readonly string[];
}

export type FilterStorage = Pick<Storage, 'getItem' | 'setItem'>;

export class SavedFilters {
  readonly #storage: FilterStorage | null;
  /** Where nothing can be stored, they last as long as the page. */
  #kept: Stored = { saved: [], recent: [] };

  constructor(storage: FilterStorage | null) {
    this.#storage = storage;
  }

  get saved(): readonly SavedFilter[] {
    return this.#read().saved;
  }

  /** Latest first. */
  get recent(): readonly string[] {
    return this.#read().recent;
  }

  /** In place of one of the same name. False when there are too many, or no name. */
  save(name: string, filter: string): boolean {
    const short = shortened(name);
    const { saved, recent } = this.#read();
    const others = saved.filter((one) => one.name !== short);
    if (short === '' || !isFilter(filter) || others.length >= MOST_SAVED) return false;
    return this.#write({ saved: [...others, { name: short, filter }], recent });
  }

  rename(from: string, to: string): boolean {
    const short = shortened(to);
    const { saved, recent } = this.#read();
    if (short === '' || (short !== from && saved.some(({ name }) => name === short))) return false;
    return this.#write({ saved: saved.map((one) => (one.name === from ? { ...one, name: short } : one)), recent });
  }

  delete(name: string): void {
    const { saved, recent } = this.#read();
    this.#write({ saved: saved.filter((one) => one.name !== name), recent });
  }

  used(filter: string): void {
    if (!isFilter(filter)) return;
    const { saved, recent } = this.#read();
    this.#write({ saved, recent: [filter, ...recent.filter((one) => one !== filter)].slice(0, MOST_RECENT) });
  }

  #read(): Stored {
    try {
      const text = this.#storage?.getItem(KEY) ?? null;
      if (this.#storage === null) return this.#kept;
      return text === null || text.length > MOST_STORED_CHARACTERS ? this.#kept : readStored(JSON.parse(text));
    } catch {
      return this.#kept;
    }
  }

  #write(stored: Stored): boolean {
    const text = JSON.stringify(stored);
    if (text.length > MOST_STORED_CHARACTERS) return false;
    this.#kept = stored;
    try {
      this.#storage?.setItem(KEY, text);
    } catch {
      // Full, or not allowed: they are kept as long as the page is.
    }
    return true;
  }
}

function readStored(value: unknown): Stored {
  const { saved, recent } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const named = new Map<string, SavedFilter>();
  for (const one of listOf(saved)) {
    const { name, filter } = (typeof one === 'object' && one !== null ? one : {}) as Record<string, unknown>;
    if (typeof name !== 'string' || shortened(name) !== name || name === '' || !isFilter(filter)) continue;
    if (named.size < MOST_SAVED) named.set(name, { name, filter });
  }
  return { saved: [...named.values()], recent: [...new Set(listOf(recent).filter(isFilter))].slice(0, MOST_RECENT) };
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const isFilter = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MOST_FILTER_CHARACTERS;
const shortened = (name: string) => name.trim().slice(0, MOST_NAME_CHARACTERS).trim();

/** The browser's storage, or null where it is switched off. */
export function browserStorage(): FilterStorage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
