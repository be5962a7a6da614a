/** One commit: flows, series, positions and ledgers become durable together, or not at all. */
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { type IngestCommit, SeriesResolution, type SeriesRows, seriesResolutions } from '../ingest-commit.ts';
import { flowColumnData, int64Words } from './columns.ts';
import { type Connections, inTransaction } from './connections.ts';
import { EvidenceAppenders, evidenceData } from './evidence-appenders.ts';
import type { FlowAppenders } from './flow-appenders.ts';
import type { Generation } from './generation.ts';
import { PayloadAppenders, payloadData } from './payload-appenders.ts';
import { NEW_MINUTES, seriesColumns, seriesTables, sketchMinuteColumns, touchedColumns } from './schema.ts';
import { SeriesSplit } from './series-split.ts';
import { type SessionSpan, sessionSpans } from './session-spans.ts';
import { packSketches, putSketches } from './sketch-queries.ts';
import { TableAppender } from './table-appender.ts';
import { putWatches } from './watch-queries.ts';

interface Appenders {
  readonly series: Record<SeriesResolution, TableAppender>;
  readonly touched: TableAppender;
  readonly outbox: TableAppender;
  readonly sketchMinutes: TableAppender;
}

export class Committer {
  readonly #connections: Connections;
  readonly #flows: FlowAppenders;
  readonly #mirrored: boolean;
  #appenders: Appenders | undefined;
  readonly #generation: Generation;
  readonly #evidence = new EvidenceAppenders();
  readonly #payloads = new PayloadAppenders();
  /** Minutes that are noted for the next start. */
  readonly #unsketched = new Set<string>();

  /** `mirrored`: whether the outbox is kept. */
  constructor(connections: Connections, flows: FlowAppenders, generation: Generation, mirrored: boolean) {
    this.#connections = connections;
    this.#flows = flows;
    this.#generation = generation;
    this.#mirrored = mirrored;
  }

  /** Durable when it resolves. Throws RangeError for values that cannot be stored, StoreError for a store that cannot. */
  async commit(commit: IngestCommit): Promise<void> {
    // Turned into DuckDB's form before the transaction begins: what is wrong is found before anything is written.
    const flows = commit.flows.map((batch) => ({ batch, data: flowColumnData(batch) }));
    const generation = this.#generation.next();
    const series = new SeriesSplit(commit.series, generation);
    const spans = sessionSpans(commit.flows);
    const sketches = commit.sketches && (await packSketches(commit.sketches));
    const evidence = commit.evidence && evidenceData(commit.evidence, Date.now() / 1000);
    const payloads = commit.payloads && payloadData(commit.payloads, Date.now() / 1000);
    let noted: string[] = [];
    await this.#connections.write(async (writer) => {
      const rows = await this.#flows.prepare(writer, flows);
      const unknown = payloads && (await this.#payloads.prepare(writer, payloads));
      try {
        await inTransaction(writer, async () => {
          await this.#flows.append(writer, rows);
          if (evidence) await this.#evidence.append(writer, evidence);
          if (payloads && unknown) await this.#payloads.append(writer, payloads, unknown);
          const appenders = await this.#open(writer);
          this.#appendSeries(appenders, commit.series, series);
          if (sketches === undefined) noted = this.#noteMinutes(appenders, series);
          else await putSketches(writer, sketches);
          const minutes = await putWatches(writer, commit.watches ?? []);
          if (this.#mirrored) appendMinutes(appenders.outbox, minutes, generation);
          await updateSessions(writer, spans);
          await putPositions(writer, commit);
          await putLedgers(writer, commit);
        });
      } catch (cause) {
        // An appender that failed keeps its rows and would add them to the next commit.
        this.#drop();
        this.#flows.drop();
        throw cause;
      }
      this.#flows.committed(rows);
      if (unknown) this.#payloads.committed(unknown);
    });
    if (commit.sketches !== undefined) this.#unsketched.clear();
    for (const name of noted) this.#unsketched.add(name);
  }

  close(): void {
    this.#drop();
    this.#flows.drop();
  }

  #appendSeries(appenders: Appenders, rows: SeriesRows, split: SeriesSplit): void {
    for (const resolution of seriesResolutions) {
      const { data, length } = split.columns(rows, resolution);
      if (length > 0) appenders.series[resolution].append(data, length);
    }
    const touched = split.touched();
    if (touched.length > 0) appenders.touched.append(touched.data, touched.length);
    const outbox = split.outbox();
    if (this.#mirrored && outbox.length > 0) appenders.outbox.append(outbox.data, outbox.length);
  }

  /** Minutes that this commit is the first to write to since sketches were stored. */
  #noteMinutes(appenders: Appenders, split: SeriesSplit): string[] {
    const minutes = split.minutes().filter(({ session, bin }) => !this.#unsketched.has(`${session} ${bin}`));
    if (minutes.length === 0) return [];
    const sessions = Uint32Array.from(minutes, ({ session }) => session);
    const bins = int64Words(
      minutes.map(({ bin }) => bin),
      minutes.length,
    );
    appenders.sketchMinutes.append([sessions, bins], minutes.length);
    return minutes.map(({ session, bin }) => `${session} ${bin}`);
  }

  async #open(writer: DuckDBConnection): Promise<Appenders> {
    this.#appenders ??= {
      series: {
        1: await TableAppender.open(writer, seriesTables[1], seriesColumns),
        60: await TableAppender.open(writer, NEW_MINUTES, seriesColumns),
        300: await TableAppender.open(writer, seriesTables[300], seriesColumns),
        3600: await TableAppender.open(writer, seriesTables[3600], seriesColumns),
        86400: await TableAppender.open(writer, seriesTables[86400], seriesColumns),
      },
      touched: await TableAppender.open(writer, 'touched', touchedColumns),
      outbox: await TableAppender.open(writer, 'outbox', touchedColumns),
      sketchMinutes: await TableAppender.open(writer, 'sketch_minutes', sketchMinuteColumns),
    };
    return this.#appenders;
  }

  #drop(): void {
    const open = this.#appenders;
    this.#appenders = undefined;
    this.#evidence.drop();
    this.#payloads.drop();
    if (!open) return;
    const { series, ...others } = open;
    for (const appender of [...Object.values(series), ...Object.values(others)]) appender.abandon();
  }
}

function appendMinutes(
  outbox: TableAppender,
  minutes: readonly { session: number; bin: number }[],
  generation: number,
): void {
  const { length } = minutes;
  if (length === 0) return;
  const bins = int64Words(
    minutes.map(({ bin }) => bin),
    length,
  );
  const sessions = Uint32Array.from(minutes, ({ session }) => session);
  const generations = int64Words(new Array<number>(length).fill(generation), length);
  outbox.append([new Uint32Array(length).fill(SeriesResolution.minute), sessions, bins, generations], length);
}

async function updateSessions(writer: DuckDBConnection, spans: readonly SessionSpan[]): Promise<void> {
  for (const span of spans) {
    await writer.run(
      `UPDATE sessions SET first_micros = least(coalesce(first_micros, $1), $1),
        last_micros = greatest(coalesce(last_micros, $2), $2), packets = packets + $3 WHERE id = $4`,
      [span.firstMicros, span.lastMicros, span.packets, span.session],
    );
  }
}

/** An update first: it finds its row nearly always, and takes a quarter of the time of INSERT … ON CONFLICT. */
async function put(writer: DuckDBConnection, update: string, insert: string, values: DuckDBValue[]): Promise<void> {
  const { rowsChanged } = await writer.run(update, values);
  if (rowsChanged === 0) await writer.run(insert, values);
}

async function putPositions(writer: DuckDBConnection, { positions }: IngestCommit): Promise<void> {
  for (const { sensor, epoch, sequence } of positions) {
    await put(
      writer,
      'UPDATE positions SET sequence = greatest(sequence, $3) WHERE sensor = $1 AND epoch = $2',
      'INSERT INTO positions VALUES ($1, $2, $3)',
      [sensor, epoch, sequence],
    );
  }
}

async function putLedgers(writer: DuckDBConnection, { ledgers }: IngestCommit): Promise<void> {
  for (const { session, sensor, server, health } of ledgers) {
    await put(
      writer,
      'UPDATE ledgers SET server = $3, health = $4 WHERE session = $1 AND sensor = $2',
      'INSERT INTO ledgers VALUES ($1, $2, $3, $4)',
      [session, sensor, JSON.stringify(server), health === null ? null : JSON.stringify(health)],
    );
  }
}
