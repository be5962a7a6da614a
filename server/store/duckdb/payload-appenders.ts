/**
 * The way of payloads into their tables: a row for what is new about each, its bytes and the sites in them once. Which
 * payloads have theirs stored is remembered for those that came last; of others it is stored once more, until it is summed up.
 */
import { setImmediate } from 'node:timers/promises';
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { sitesOf } from '../../detect/sites/index.ts';
import type { PayloadRow } from '../ingest-commit.ts';
import { rowsOf } from './connections.ts';
import {
  bytesChunks,
  type FoundSite,
  type KeptBytes,
  rowChunks,
  type SessionKey,
  siteChunks,
  storedRows,
} from './payload-rows.ts';

/** About 100 bytes of memory each. */
const MOST_KNOWN = 50_000;
const BUSY_MILLISECONDS = 20;

/** Checked, and in DuckDB's form. */
export interface PayloadData {
  readonly rows: readonly PayloadRow[];
  readonly chunks: readonly DuckDBDataChunk[];
}

/** Throws RangeError for what cannot be stored. */
export function payloadData(rows: readonly PayloadRow[], nowSeconds: number): PayloadData {
  return { rows, chunks: rowChunks(storedRows(rows, nowSeconds)) };
}

interface Unknown {
  readonly bytes: readonly DuckDBDataChunk[];
  readonly sites: readonly DuckDBDataChunk[];
  /** Bytes kept, by name of key. */
  readonly lengths: ReadonlyMap<string, number>;
}

export class PayloadAppenders {
  readonly #open = new Map<string, DuckDBAppender>();
  #known = new Map<string, number>();
  /** Packets that had been taken out when it was last looked: where more are, what was known may be gone. */
  #gone = 0;

  /** What of a commit is stored nowhere yet, found before its transaction begins and in the writer's turn. */
  async prepare(writer: DuckDBConnection, { rows }: PayloadData): Promise<Unknown> {
    const [found] = await rowsOf(
      writer,
      'SELECT coalesce(sum(expired + given_up), 0)::DOUBLE AS packets FROM payload_gone',
    );
    if (Number(found!.packets) !== this.#gone) this.#known.clear();
    this.#gone = Number(found!.packets);
    const lengths = new Map<string, number>();
    const longest = new Map<string, KeptBytes>();
    for (const row of rows) {
      const name = nameOf(row);
      const isKnown = (lengths.get(name) ?? this.#known.get(name) ?? 0) >= row.bytes.length;
      lengths.set(name, Math.max(row.bytes.length, lengths.get(name) ?? this.#known.get(name) ?? 0));
      if (!isKnown) longest.set(name, row);
    }
    const bytes = [...longest.values()];
    return { bytes: bytesChunks(bytes), sites: siteChunks(await sitesIn(bytes)), lengths };
  }

  /** Inside the connection's transaction. */
  async append(writer: DuckDBConnection, { chunks }: PayloadData, { bytes, sites }: Unknown): Promise<void> {
    await this.#append(writer, 'payloads', chunks);
    await this.#append(writer, 'payload_bytes', bytes);
    await this.#append(writer, 'payload_sites', sites);
  }

  /** What came last is remembered longest. */
  committed({ lengths }: Unknown): void {
    for (const [name, length] of lengths) {
      this.#known.delete(name);
      this.#known.set(name, length);
    }
    for (const name of this.#known.keys()) {
      if (this.#known.size <= MOST_KNOWN) break;
      this.#known.delete(name);
    }
  }

  drop(): void {
    for (const appender of this.#open.values()) abandon(appender);
    this.#open.clear();
  }

  async #append(writer: DuckDBConnection, table: string, chunks: readonly DuckDBDataChunk[]): Promise<void> {
    if (chunks.length === 0) return;
    const appender = this.#open.get(table) ?? (await writer.createAppender(table));
    this.#open.set(table, appender);
    for (const chunk of chunks) appender.appendDataChunk(chunk);
    appender.flushSync();
  }
}

const nameOf = ({ session, digest, protocol, wireBytes }: SessionKey) =>
  `${session} ${digest} ${protocol} ${wireBytes}`;

/** Payloads made to be slow take a few milliseconds each: in between, others are answered. */
async function sitesIn(payloads: readonly KeptBytes[]): Promise<FoundSite[]> {
  const sites: FoundSite[] = [];
  let since = performance.now();
  for (const payload of payloads) {
    sites.push(...foundSites(payload));
    if (performance.now() - since < BUSY_MILLISECONDS) continue;
    await setImmediate();
    since = performance.now();
  }
  return sites;
}

function foundSites({ session, digest, protocol, wireBytes, bytes }: KeptBytes): FoundSite[] {
  const key = { session, digest, protocol, wireBytes, keptBytes: bytes.length };
  return sitesOf(bytes, bytes.length < wireBytes).map((site) => ({ ...site, ...key }));
}

function abandon(appender: DuckDBAppender): void {
  try {
    appender.clear();
    appender.closeSync();
  } catch {
    // One that failed before refuses this too; its memory is freed with it.
  }
}
