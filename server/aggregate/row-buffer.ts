/** Series rows on their way to a commit: columns that grow. */
import type { SeriesRows } from '../store/ingest-commit.ts';

const FIRST_CAPACITY = 1_024;
const NAMES = [
  'resolution',
  'dimension',
  'session',
  'bin',
  'key',
  'packets',
  'bytes',
  'flows',
  'sources',
  'targets',
] as const;

function createRows(capacity: number): { -readonly [K in keyof SeriesRows]: SeriesRows[K] } {
  return {
    length: 0,
    resolution: new Uint32Array(capacity),
    dimension: new Uint8Array(capacity),
    session: new Uint32Array(capacity),
    bin: new Float64Array(capacity),
    key: new Uint32Array(capacity),
    packets: new Float64Array(capacity),
    bytes: new Float64Array(capacity),
    flows: new Float64Array(capacity),
    sources: new Float64Array(capacity),
    targets: new Float64Array(capacity),
  };
}

export class RowBuffer {
  #rows = createRows(FIRST_CAPACITY);

  /** A row whose sums and distinct counts are 0; gives where it is, for the caller to fill in. */
  push(resolution: number, dimension: number, session: number, bin: number, key: number): number {
    if (this.#rows.length === this.#rows.key.length) this.#grow();
    const rows = this.#rows;
    const row = rows.length++;
    rows.resolution[row] = resolution;
    rows.dimension[row] = dimension;
    rows.session[row] = session;
    rows.bin[row] = bin;
    rows.key[row] = key;
    return row;
  }

  setSums(row: number, packets: number, bytes: number, flows: number): void {
    this.#rows.packets[row] = packets;
    this.#rows.bytes[row] = bytes;
    this.#rows.flows[row] = flows;
  }

  setDistinct(row: number, sources: number, targets: number): void {
    this.#rows.sources[row] = sources;
    this.#rows.targets[row] = targets;
  }

  get length(): number {
    return this.#rows.length;
  }

  /** Takes in the distinct counts of bins coarser than `resolution`; of one key's and bin's the largest. */
  keepAbove(from: SeriesRows, resolution: number): void {
    const known = new Map<string, number>();
    for (let row = 0; row < this.#rows.length; row++) known.set(nameOf(this.#rows, row), row);
    for (let at = 0; at < from.length; at++) {
      if (from.resolution[at]! <= resolution) continue;
      const name = nameOf(from, at);
      const row =
        known.get(name) ??
        this.push(from.resolution[at]!, from.dimension[at]!, from.session[at]!, from.bin[at]!, from.key[at]!);
      known.set(name, row);
      const { sources, targets } = this.#rows;
      this.setDistinct(row, Math.max(sources[row]!, from.sources[at]!), Math.max(targets[row]!, from.targets[at]!));
    }
  }

  /** The rows since the last call; they are the caller's. */
  take(): SeriesRows {
    const rows = this.#rows;
    this.#rows = createRows(FIRST_CAPACITY);
    return rows;
  }

  #grow(): void {
    const before = this.#rows;
    const rows = createRows(before.key.length * 2);
    rows.length = before.length;
    for (const name of NAMES) rows[name].set(before[name]);
    this.#rows = rows;
  }
}

function nameOf(rows: SeriesRows, row: number): string {
  return `${rows.resolution[row]} ${rows.dimension[row]} ${rows.session[row]} ${rows.bin[row]} ${rows.key[row]}`;
}
