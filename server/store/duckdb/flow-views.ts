/** The view `flows`, for people who open the database: tables, and the files that the database knows of. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Family } from '../../../shared/flow-batch.ts';
import { absolutePath, fromFileColumns, quoted } from './flow-files.ts';
import type { FlowParts } from './flow-parts.ts';
import { flowsView } from './schema.ts';

export class FlowViews {
  readonly #folder: string;
  readonly #parts: FlowParts;
  #families = '';

  constructor(folder: string, parts: FlowParts) {
    this.#folder = folder;
    this.#parts = parts;
  }

  /** At opening (the folder may have moved), and when a family gets its first file or loses its last. */
  async refresh(writer: DuckDBConnection): Promise<void> {
    const present = new Set(
      [...this.#parts.files.values()].flatMap((file) => (file.state === 'present' ? [file.family] : [])),
    );
    const families = ([4, 6] as const).filter((family) => present.has(family));
    if (this.#families === `${families}.`) return;
    const files = families.map((family) => ({ family, query: this.#query(family) }));
    // A file that someone took away meanwhile: nothing of ours depends on the view.
    await writer.run(flowsView(files)).catch(() => undefined);
    this.#families = `${families}.`;
  }

  /** The pattern finds all files, also such as a crash left behind: the list of the database decides. */
  #query(family: Family): string {
    const pattern = absolutePath(this.#folder.replace(/[*?[]/g, '[$&]'), `session=*/**/flows${family}*.parquet`);
    return `SELECT session::UINTEGER AS session, ${fromFileColumns(family)}
      FROM read_parquet(${quoted(pattern)}, hive_partitioning = true, filename = true)
      WHERE regexp_extract(filename, 'session=[^/]*/dt=[^/]*/[^/]*/[^/]*$') IN (SELECT path FROM flow_files WHERE state = 'present')`;
  }
}
