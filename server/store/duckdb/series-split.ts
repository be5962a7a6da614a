/** Series rows checked, parted by resolution and put into the form of the tables. */
import { SeriesDimension, SeriesResolution, type SeriesRows } from '../ingest-commit.ts';
import { int64Words } from './columns.ts';

const LARGEST_DIMENSION = Math.max(...Object.values(SeriesDimension));

interface Touched {
  readonly resolution: number;
  readonly session: number;
  readonly bin: number;
}

export class SeriesSplit {
  readonly #generation: number;
  readonly #rows: Record<SeriesResolution, number[]> = { 1: [], 60: [] };
  readonly #touched = new Map<string, Touched>();

  /** Throws RangeError for a row that cannot be stored. */
  constructor(series: SeriesRows, generation: number) {
    this.#generation = generation;
    for (let row = 0; row < series.length; row++) this.#add(series, row);
  }

  /** The columns of `series_second` or `series_minute`. */
  columns(series: SeriesRows, resolution: SeriesResolution): { data: ArrayBufferView[]; length: number } {
    const rows = this.#rows[resolution];
    const wide = (column: Float64Array) =>
      int64Words(
        rows.map((row) => column[row]!),
        rows.length,
      );
    const data = [
      Uint32Array.from(rows, (row) => series.session[row]!),
      wide(series.bin),
      Uint8Array.from(rows, (row) => series.dimension[row]!),
      Uint32Array.from(rows, (row) => series.key[row]!),
      wide(series.packets),
      wide(series.bytes),
      wide(series.flows),
    ];
    return { data, length: rows.length };
  }

  /** The columns of `touched` and `outbox`: each bin once. */
  touched(): { data: ArrayBufferView[]; length: number } {
    const bins = [...this.#touched.values()];
    const data = [
      Uint8Array.from(bins, (touched) => touched.resolution),
      Uint32Array.from(bins, (touched) => touched.session),
      int64Words(
        bins.map((touched) => touched.bin),
        bins.length,
      ),
      int64Words(new Array<number>(bins.length).fill(this.#generation), bins.length),
    ];
    return { data, length: bins.length };
  }

  #add(series: SeriesRows, row: number): void {
    const resolution = series.resolution[row]!;
    const bin = series.bin[row]!;
    const session = series.session[row]!;
    if (resolution !== SeriesResolution.second && resolution !== SeriesResolution.minute) {
      throw new RangeError(`a series row has resolution ${resolution}, which is neither 1 nor 60 s`);
    }
    if (!Number.isSafeInteger(bin) || bin % resolution !== 0) {
      throw new RangeError(`a series row has bin ${bin}, which is no multiple of ${resolution} s`);
    }
    if (series.dimension[row]! > LARGEST_DIMENSION) {
      throw new RangeError(`a series row has dimension ${series.dimension[row]}, which is unknown`);
    }
    for (const counter of [series.packets[row]!, series.bytes[row]!, series.flows[row]!]) {
      if (!Number.isSafeInteger(counter) || counter < 0) throw new RangeError(`a series row counts ${counter}`);
    }
    this.#rows[resolution].push(row);
    const name = `${resolution} ${session} ${bin}`;
    if (!this.#touched.has(name)) this.#touched.set(name, { resolution, session, bin });
  }
}
