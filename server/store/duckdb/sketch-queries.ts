/** What is needed to go on counting distinct addresses after a stop: stored sketches, and the flows stored since. */
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { DuckDBBlobValue, type DuckDBConnection } from '@duckdb/node-api';
import { createFlowBatch, type Family, type FlowBatch } from '../../../shared/flow-batch.ts';
import { type FlowFieldName, flowFields } from '../../../shared/flow-fields.ts';
import type { SketchState } from '../ingest-commit.ts';
import type { MinuteFlows, SketchMemory, Span } from '../stores.ts';
import type { Connections } from './connections.ts';
import type { FlowSource } from './flow-source.ts';
import { LONGEST_OFFSET_MICROS } from './flow-sql.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);
/** A state that claims more is not read. */
const MAX_STATE_BYTES = 256 * 1024 * 1024;
/** What a flow is counted by. */
const WANTED: readonly string[] = [
  'interval',
  'source',
  'target',
  'packets',
  'wireBytes',
  'tagsLow',
  'tagsHigh',
  'session',
  'targetPort',
  'sensor',
  'country',
  'protocol',
  'class',
  'radiation',
  'fragment',
  'asn',
];
/** A number that no session has: lists in SQL need one. */
const NO_SESSION = 0xffff_ffff;
const IN_SPAN = '"interval" >= $1 AND "interval" < $2';
const FIELDS = (Object.keys(flowFields) as FlowFieldName[]).filter((name) => WANTED.includes(name));

/** A session's state as it is stored; null: as it was stored before. */
export interface PackedSketches {
  readonly session: number;
  readonly packed: DuckDBBlobValue | null;
}

/** Before the commit takes its turn: packing megabytes takes longer than all the rest of it. */
export async function packSketches(states: readonly SketchState[]): Promise<PackedSketches[]> {
  return await Promise.all(
    states.map(async ({ session, state }) => ({
      session,
      packed: state && new DuckDBBlobValue(await deflate(state, { level: 1 })),
    })),
  );
}

/** In the commit's transaction: what changed takes the place of what was; nothing is left to be read from flows. */
export async function putSketches(writer: DuckDBConnection, sketches: readonly PackedSketches[]): Promise<void> {
  await writer.run('DELETE FROM sketch_minutes');
  const unchanged = sketches.filter(({ packed }) => packed === null).map(({ session }) => session);
  await writer.run(`DELETE FROM sketches WHERE session NOT IN (SELECT unnest(string_split($1, ',')::UINTEGER[]))`, [
    [NO_SESSION, ...unchanged].join(),
  ]);
  for (const { session, packed } of sketches)
    if (packed !== null) await writer.run('INSERT INTO sketches VALUES ($1, $2)', [session, packed]);
}

export async function sketchMemory(connections: Connections): Promise<SketchMemory> {
  const rows = await connections.lookUp(
    'SELECT session::DOUBLE AS session, state FROM sketches ORDER BY sketches.session',
  );
  const states = await Promise.all(
    rows.map(async ({ session, state }) => ({
      session: Number(session),
      state: new Uint8Array(await inflate(state as Uint8Array, { maxOutputLength: MAX_STATE_BYTES })),
    })),
  );
  const minutes = await connections.lookUp(
    'SELECT DISTINCT session::DOUBLE AS session, bin::DOUBLE AS bin FROM sketch_minutes ORDER BY session, bin',
  );
  return { states, minutes: minutes.map(({ session, bin }) => ({ session: Number(session), bin: Number(bin) })) };
}

/** How many flows each minute of a span has, both families together; minutes without any are left out. */
export async function flowsByMinute(source: FlowSource, session: number, span: Span): Promise<MinuteFlows[]> {
  const flows = new Map<number, number>();
  for (const family of [4, 6] as const) {
    const [bins = [], counts = []] = await source.readColumns(
      { session, family, ...reachOf(span) },
      (from) =>
        `SELECT ("interval" // 60000000 * 60)::DOUBLE, count(*)::DOUBLE FROM ${from} WHERE ${IN_SPAN} GROUP BY 1`,
      microsOf(span),
    );
    bins.forEach((bin, at) => {
      flows.set(Number(bin), (flows.get(Number(bin)) ?? 0) + Number(counts[at]));
    });
  }
  return [...flows].map(([bin, count]) => ({ bin, flows: count })).sort((a, b) => a.bin - b.bin);
}

/** Flows of one session and span by time, with the columns that series are made of; null without any. */
export async function flowsBetween(
  source: FlowSource,
  session: number,
  span: Span,
  family: Family,
): Promise<FlowBatch | null> {
  const words = family === 4 ? 'source, target' : `${wordsOf('source')}, ${wordsOf('target')}`;
  const plain = FIELDS.filter((name) => !['interval', 'source', 'target', 'session'].includes(name));
  const columns = await source.readColumns(
    { session, family, ...reachOf(span) },
    (flows) =>
      `SELECT ("interval" // 1000000)::DOUBLE, ${words}, ${plain.map((name) => `"${name}"`).join(', ')} FROM ${flows}
        WHERE ${IN_SPAN} ORDER BY "interval"`,
    microsOf(span),
  );
  const [seconds = [], ...others] = columns;
  const rows = seconds.length;
  if (rows === 0) return null;
  const batch = createFlowBatch(family, rows);
  batch.length = rows;
  batch.interval.set(seconds as number[]);
  batch.session.fill(session);
  const each = family === 4 ? 1 : 4;
  for (let word = 0; word < each; word++)
    for (let row = 0; row < rows; row++) {
      batch.source[row * each + word] = others[word]![row] as number;
      batch.target[row * each + word] = others[each + word]![row] as number;
    }
  for (const [at, name] of plain.entries()) batch[name].set(others[2 * each + at] as number[]);
  return batch;
}

function microsOf({ fromSeconds, toSeconds }: Span): [number, number] {
  return [fromSeconds * 1_000_000, toSeconds * 1_000_000];
}

/** Where first packets of intervals of the span lie. */
function reachOf(span: Span): { fromMicros: number; toMicros: number } {
  const [fromMicros, toMicros] = microsOf(span);
  return { fromMicros, toMicros: toMicros + LONGEST_OFFSET_MICROS };
}

/** The words of an address of 16 bytes, most significant first. */
function wordsOf(name: string): string {
  return [96, 64, 32, 0].map((shift) => `(("${name}" >> ${shift}) & 4294967295)::UINTEGER`).join(', ');
}
