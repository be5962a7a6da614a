/** Sums by keys of a few words, in tables that grow: nothing is allocated for a row. */

const FIRST_KEYS = 256;

/** Numbers keys in the order in which they come. */
export class KeyIndex {
  length = 0;
  /** `width` words a key. */
  words: Uint32Array;
  readonly width: number;
  readonly #seed: number;
  /** Number of the key + 1, or 0; at most half of them are taken. */
  #slots = new Int32Array(FIRST_KEYS * 2);

  /** `seed` makes the hash unpredictable from outside. */
  constructor(width: number, seed: number) {
    this.width = width;
    this.#seed = seed;
    this.words = new Uint32Array(FIRST_KEYS * width);
  }

  /** Its number, a new one where it was not there. */
  numberOf(key: ArrayLike<number>, at = 0): number {
    const { width } = this;
    const mask = this.#slots.length - 1;
    let slot = this.#hash(key, at) & mask;
    for (let found = this.#slots[slot]!; found !== 0; found = this.#slots[slot]!) {
      let word = 0;
      while (word < width && this.words[(found - 1) * width + word] === key[at + word]) word++;
      if (word === width) return found - 1;
      slot = (slot + 1) & mask;
    }
    if (this.length * width === this.words.length) {
      this.#grow();
      return this.numberOf(key, at);
    }
    this.#slots[slot] = this.length + 1;
    for (let word = 0; word < width; word++) this.words[this.length * width + word] = key[at + word]!;
    return this.length++;
  }

  #hash(key: ArrayLike<number>, at: number): number {
    let hash = this.#seed;
    for (let word = 0; word < this.width; word++) {
      hash = Math.imul(hash ^ key[at + word]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x85ebca6b);
    return (hash ^ (hash >>> 13)) >>> 0;
  }

  #grow(): void {
    const words = new Uint32Array(this.words.length * 2);
    words.set(this.words);
    this.words = words;
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let key = 0; key < this.length; key++) {
      let slot = this.#hash(words, key * this.width) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = key + 1;
    }
  }
}

const COLUMNS = ['packets', 'bytes', 'flows', 'firstMicros', 'lastMicros'] as const;

/** Of each key: packets, bytes and flows, and where it is asked for, when the first and the last packet came. */
export class KeySums {
  readonly index: KeyIndex;
  packets = new Float64Array(FIRST_KEYS);
  bytes = new Float64Array(FIRST_KEYS);
  flows = new Uint32Array(FIRST_KEYS);
  firstMicros: Float64Array;
  lastMicros: Float64Array;
  readonly #hasTimes: boolean;

  /** Without times it takes half the room: there may be as many keys as flows. */
  constructor(width: number, seed: number, { hasTimes }: { readonly hasTimes: boolean }) {
    this.index = new KeyIndex(width, seed);
    this.#hasTimes = hasTimes;
    this.firstMicros = new Float64Array(hasTimes ? FIRST_KEYS : 0);
    this.lastMicros = new Float64Array(hasTimes ? FIRST_KEYS : 0);
  }

  get length(): number {
    return this.index.length;
  }

  /** The key's number. */
  add(
    key: ArrayLike<number>,
    at: number,
    packets: number,
    bytes: number,
    firstMicros: number,
    lastMicros: number,
  ): number {
    const isNew = this.index.length;
    const number = this.index.numberOf(key, at);
    if (number === this.packets.length) this.#grow();
    this.packets[number]! += packets;
    this.bytes[number]! += bytes;
    this.flows[number]! += 1;
    if (!this.#hasTimes) return number;
    if (number === isNew || firstMicros < this.firstMicros[number]!) this.firstMicros[number] = firstMicros;
    if (lastMicros > this.lastMicros[number]!) this.lastMicros[number] = lastMicros;
    return number;
  }

  /** Numbers of the keys with most packets, most first; ties by key. */
  mostFirst(limit: number): number[] {
    const { width, words } = this.index;
    const byKey = (a: number, b: number) => {
      let word = 0;
      while (word < width - 1 && words[a * width + word] === words[b * width + word]) word++;
      return words[a * width + word]! - words[b * width + word]!;
    };
    return Array.from(
      Uint32Array.from({ length: this.length }, (_, number) => number)
        .sort((a, b) => this.packets[b]! - this.packets[a]! || byKey(a, b))
        .subarray(0, limit),
    );
  }

  #grow(): void {
    for (const name of COLUMNS) {
      const Column = this[name].constructor as Float64ArrayConstructor;
      const larger = new Column(this[name].length * 2);
      larger.set(this[name]);
      this[name] = larger as never;
    }
  }
}
