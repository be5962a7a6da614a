/** Series rows checked, parted by resolution and put into the form of the tables. */
import { OTHER_KEY, SeriesDimension, SeriesResolution, type SeriesRows, seriesResolutions } from '../ingest-commit.ts';
import { int64Words } from './columns.ts';

const LARGEST_DIMENSION = Math.max(...Object.values(SeriesDimension));
const { second, minute } = SeriesResolution;

interface Touched {
  readonly resolution: number;
  readonly session: number;
  readonly bin: number;
}

export interface TableRows {
  readonly data: ArrayBufferView[];
  readonly length: number;
}

export class SeriesSplit {
  readonly #generation: number;
  readonly #rows = new Map<number, Uint32Array>();
  readonly #touched: Touched[] = [];

  /** Throws RangeError for a row that cannot be stored. */
  constructor(series: SeriesRows, generation: number) {
    this.#generation = generation;
    const counts = new Map<number, number>(seriesResolutions.map((resolution) => [resolution, 0]));
    for (let row = 0; row < series.length; row++) {
      checkRow(series, row);
      const resolution = series.resolution[row]!;
      counts.set(resolution, counts.get(resolution)! + 1);
    }
    for (const [resolution, count] of counts) this.#rows.set(resolution, new Uint32Array(count));
    this.#fill(series);
  }

  #fill(series: SeriesRows): void {
    const filled = new Map<number, number>();
    const seen = new Set<string>();
    let last = '';
    for (let row = 0; row < series.length; row++) {
      const resolution = series.resolution[row]!;
      const at = filled.get(resolution) ?? 0;
      this.#rows.get(resolution)![at] = row;
      filled.set(resolution, at + 1);
      const session = series.session[row]!;
      const bin = series.bin[row]!;
      // Rows of a bin come together, as a rule.
      const name = `${resolution} ${session} ${bin}`;
      if (name === last || seen.has(name)) continue;
      seen.add(name);
      last = name;
      this.#touched.push({ resolution, session, bin });
    }
  }

  /** The columns of a resolution's table. */
  columns(series: SeriesRows, resolution: SeriesResolution): TableRows {
    const rows = this.#rows.get(resolution)!;
    const { length } = rows;
    const wide = (column: Float64Array) =>
      int64Words(
        Float64Array.from(rows, (row) => column[row]!),
        length,
      );
    const data = [
      Uint32Array.from(rows, (row) => series.session[row]!),
      wide(series.bin),
      Uint8Array.from(rows, (row) => series.dimension[row]!),
      Uint32Array.from(rows, (row) => series.key[row]!),
      wide(series.packets),
      wide(series.bytes),
      wide(series.flows),
      wide(series.sources),
      wide(series.targets),
    ];
    return { data, length };
  }

  /** The columns of `outbox`: each bin once. */
  outbox(): TableRows {
    return this.#touchedRows(this.#touched);
  }

  /** The columns of `touched`: seconds, which are summed up where they are. */
  touched(): TableRows {
    return this.#touchedRows(this.#touched.filter(({ resolution }) => resolution === second));
  }

  minutes(): readonly Touched[] {
    return this.#touched.filter(({ resolution }) => resolution === minute);
  }

  #touchedRows(bins: readonly Touched[]): TableRows {
    const data = [
      Uint32Array.from(bins, (touched) => touched.resolution),
      Uint32Array.from(bins, (touched) => touched.session),
      int64Words(
        bins.map((touched) => touched.bin),
        bins.length,
      ),
      int64Words(new Array<number>(bins.length).fill(this.#generation), bins.length),
    ];
    return { data, length: bins.length };
  }
}

function checkRow(series: SeriesRows, row: number): void {
  const resolution = series.resolution[row]!;
  const bin = series.bin[row]!;
  const dimension = series.dimension[row]!;
  if (!seriesResolutions.includes(resolution as SeriesResolution))
    throw new RangeError(
      `a series row has resolution ${resolution}, which is none of ${seriesResolutions.join(', ')} s`,
    );
  if (!Number.isSafeInteger(bin) || bin % resolution !== 0)
    throw new RangeError(`a series row has bin ${bin}, which is no multiple of ${resolution} s`);
  if (dimension > LARGEST_DIMENSION) throw new RangeError(`a series row has dimension ${dimension}, which is unknown`);
  if (dimension === SeriesDimension.total && series.key[row] === OTHER_KEY)
    throw new RangeError('a series row of the total has a key');
  checkCount(series.packets[row]!);
  checkCount(series.bytes[row]!);
  checkCount(series.flows[row]!);
  checkCount(series.sources[row]!);
  checkCount(series.targets[row]!);
  if (resolution > minute && (series.packets[row] !== 0 || series.bytes[row] !== 0 || series.flows[row] !== 0))
    throw new RangeError(`a series row of ${resolution} s has sums, which are made of minutes`);
}

function checkCount(count: number): void {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`a series row counts ${count}`);
}
