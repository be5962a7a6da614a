/** The view `flows`, for people who open the database: tables, and the files that the database knows of. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Family } from '../../../shared/flow-batch.ts';
import { absolutePath, fromFileColumns, quoted } from './flow-files.ts';
import type { FlowParts } from './flow-parts.ts';
import { flowsView } from './schema.ts';

/** Files of one family; of several versions, they are united by name. */
interface ViewedFiles {
  readonly family: Family;
  readonly version: number | 'several';
}

export class FlowViews {
  readonly #folder: string;
  readonly #parts: FlowParts;
  #viewed = '';

  constructor(folder: string, parts: FlowParts) {
    this.#folder = folder;
    this.#parts = parts;
  }

  /** At opening (the folder may have moved), and when a family gets its first file, of a version or at all, or loses its last. */
  async refresh(writer: DuckDBConnection): Promise<void> {
    const viewed = ([4, 6] as const).flatMap((family) => this.#viewedOf(family));
    if (this.#viewed === JSON.stringify(viewed)) return;
    const files = viewed.map(({ family, version }) => ({ family, query: this.#query(family, version) }));
    // A file that someone took away meanwhile: nothing of ours depends on the view.
    await writer.run(flowsView(files)).catch(() => undefined);
    this.#viewed = JSON.stringify(viewed);
  }

  #viewedOf(family: Family): ViewedFiles[] {
    const files = [...this.#parts.files.values()].filter((file) => file.family === family && file.state === 'present');
    const [version, ...others] = new Set(files.map((file) => file.version));
    return version === undefined ? [] : [{ family, version: others.length === 0 ? version : 'several' }];
  }

  /** The pattern finds all files, also such as a crash left behind: the list of the database decides. */
  #query(family: Family, version: ViewedFiles['version']): string {
    const pattern = absolutePath(this.#folder.replace(/[*?[]/g, '[$&]'), `session=*/**/flows${family}*.parquet`);
    return `SELECT session::UINTEGER AS session, ${fromFileColumns(family, version)}
      FROM read_parquet(${quoted(pattern)}, hive_partitioning = true, filename = true, union_by_name = ${version === 'several'})
      WHERE regexp_extract(filename, 'session=[^/]*/dt=[^/]*/[^/]*/[^/]*$') IN (SELECT path FROM flow_files WHERE state = 'present')`;
  }
}
