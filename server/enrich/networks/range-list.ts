/** Ranges of addresses, gathered in order into the columns of a table. Where two overlap, the earlier keeps what it has. */
import { NO_NETWORK } from './network-columns.ts';

const FIRST_ROWS = 65_536;

export class RangeList {
  /** Words of an address: 1 or 4. */
  readonly words: number;
  /** The lowest address that is not in the list yet. */
  readonly #next: Uint32Array;
  #isFull = false;
  #starts: Uint32Array;
  #networks: Uint32Array;
  #length = 0;

  constructor(words: 1 | 4) {
    this.words = words;
    this.#next = new Uint32Array(words);
    this.#starts = new Uint32Array(FIRST_ROWS * words);
    this.#networks = new Uint32Array(FIRST_ROWS);
  }

  /** From `first` to `last`, both included. */
  add(first: Uint32Array, last: Uint32Array, network: number): void {
    if (this.#isFull || compare(last, first) < 0 || compare(last, this.#next) < 0) return;
    if (compare(first, this.#next) > 0) {
      this.#push(NO_NETWORK);
      this.#next.set(first);
    }
    this.#push(network);
    this.#next.set(last);
    this.#isFull = !increment(this.#next);
  }

  /** What is behind the last range belongs to nobody. Nothing is added from here on. */
  finish(): { starts: Uint32Array; networks: Uint32Array } {
    if (!this.#isFull) this.#push(NO_NETWORK);
    this.#isFull = true;
    return {
      starts: this.#starts.slice(0, this.#length * this.words),
      networks: this.#networks.slice(0, this.#length),
    };
  }

  /** Begins a range at the next address, or goes on with the one before where it is of the same network. */
  #push(network: number): void {
    if (this.#length > 0 && this.#networks[this.#length - 1] === network) return;
    if (this.#length === this.#networks.length) {
      this.#starts = doubled(this.#starts);
      this.#networks = doubled(this.#networks);
    }
    for (let word = 0; word < this.words; word++) this.#starts[this.#length * this.words + word] = this.#next[word]!;
    this.#networks[this.#length++] = network;
  }
}

function doubled(column: Uint32Array): Uint32Array {
  const larger = new Uint32Array(column.length * 2);
  larger.set(column);
  return larger;
}

function compare(a: Uint32Array, b: Uint32Array): number {
  for (let word = 0; word < a.length; word++) if (a[word] !== b[word]) return a[word]! < b[word]! ? -1 : 1;
  return 0;
}

/** False when there is no higher address. */
function increment(words: Uint32Array): boolean {
  for (let word = words.length - 1; word >= 0; word--) {
    words[word]! += 1;
    if (words[word] !== 0) return true;
  }
  return false;
}
