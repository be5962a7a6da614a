/** Names of networks, gathered into one array of bytes: no object for a name. */
import type { NetworkColumns } from './network-columns.ts';

/** The longest name in the lists has 167; what is longer is cut. */
const MAX_NAME_BYTES = 200;
/** Ten times as many as there are. A number and a place below this are one number that is exact. */
const MAX_NAMES = 2 ** 20;
const [RETURN, QUOTE] = [0x0d, 0x22];

export class NameList {
  /** Networks in the order in which they came, and where in `#bytes` the name of each begins. */
  readonly #networks = new Set<number>();
  readonly #starts: number[] = [];
  #bytes = new Uint8Array(65_536);
  #length = 0;

  /** The first name of a network is kept: from `from` to `to` in `line`, without the end of the line. */
  add(network: number, line: Uint8Array, from: number, to: number): void {
    if (this.#networks.has(network) || this.#networks.size === MAX_NAMES) return;
    this.#networks.add(network);
    this.#starts.push(this.#length);
    if (this.#length + MAX_NAME_BYTES > this.#bytes.length) this.#grow();
    if (to > from && line[to - 1] === RETURN) to--;
    const isQuoted = to - from >= 2 && line[from] === QUOTE && line[to - 1] === QUOTE;
    this.#length += isQuoted ? this.#copy(line, from + 1, to - 1, true) : this.#copy(line, from, to, false);
  }

  /** In order of number. */
  finish(): Pick<NetworkColumns, 'numbers' | 'nameEnds' | 'names'> {
    const count = this.#networks.size;
    const keys = new Float64Array(count);
    let place = 0;
    for (const network of this.#networks) keys[place] = network * MAX_NAMES + place++;
    keys.sort();
    const [numbers, nameEnds, names] = [new Uint32Array(count), new Uint32Array(count), new Uint8Array(this.#length)];
    let length = 0;
    for (let at = 0; at < count; at++) {
      numbers[at] = Math.floor(keys[at]! / MAX_NAMES);
      const from = keys[at]! % MAX_NAMES;
      const end = this.#starts[from + 1] ?? this.#length;
      for (let byte = this.#starts[from]!; byte < end; byte++) names[length++] = this.#bytes[byte]!;
      nameEnds[at] = length;
    }
    return { numbers, nameEnds, names };
  }

  /** Bytes that were copied: in quotes, two quotes stand for one. A name that is cut ends with a whole letter of UTF-8. */
  #copy(line: Uint8Array, from: number, to: number, isQuoted: boolean): number {
    const begin = this.#length;
    let end = begin;
    for (let at = from; at < to; at++) {
      const byte = line[at]!;
      if (end - begin === MAX_NAME_BYTES) {
        if ((byte & 0xc0) === 0x80) {
          do end--;
          while ((this.#bytes[end]! & 0xc0) === 0x80);
        }
        break;
      }
      this.#bytes[end++] = byte;
      if (isQuoted && byte === QUOTE && line[at + 1] === QUOTE) at++;
    }
    return end - begin;
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
