/** What is needed to go on counting distinct addresses after a stop: stored sketches, and the flows stored since. */
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { DuckDBBlobValue, type DuckDBConnection } from '@duckdb/node-api';
import { createFlowBatch, type Family, type FlowBatch } from '../../../shared/flow-batch.ts';
import { type FlowFieldName, flowFields } from '../../../shared/flow-fields.ts';
import type { SketchState } from '../ingest-commit.ts';
import type { SketchMemory } from '../stores.ts';
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
  'fragment',
  'asn',
];
const FIELDS = (Object.keys(flowFields) as FlowFieldName[]).filter((name) => WANTED.includes(name));

/** In the commit's transaction: puts the states in the place of those before; nothing is left to be read from flows. */
export async function putSketches(writer: DuckDBConnection, states: readonly SketchState[]): Promise<void> {
  await writer.run('DELETE FROM sketch_minutes');
  await writer.run('DELETE FROM sketches');
  for (const { session, state } of states) {
    const blob = new DuckDBBlobValue(await deflate(state, { level: 1 }));
    await writer.run('INSERT INTO sketches VALUES ($1, $2)', [session, blob]);
  }
}

export async function sketchMemory(connections: Connections): Promise<SketchMemory> {
  const rows = await connections.read(
    'SELECT session::DOUBLE AS session, state FROM sketches ORDER BY sketches.session',
  );
  const states = await Promise.all(
    rows.map(async ({ session, state }) => ({
      session: Number(session),
      state: new Uint8Array(await inflate(state as Uint8Array, { maxOutputLength: MAX_STATE_BYTES })),
    })),
  );
  const minutes = await connections.read(
    'SELECT DISTINCT session::DOUBLE AS session, bin::DOUBLE AS bin FROM sketch_minutes ORDER BY session, bin',
  );
  return { states, minutes: minutes.map(({ session, bin }) => ({ session: Number(session), bin: Number(bin) })) };
}

/** Flows of one session and second, with the columns that series are made of; null without any. */
export async function flowsOfSecond(
  source: FlowSource,
  session: number,
  second: number,
  family: Family,
): Promise<FlowBatch | null> {
  const words = family === 4 ? 'source, target' : `${wordsOf('source')}, ${wordsOf('target')}`;
  const plain = FIELDS.filter((name) => !['interval', 'source', 'target', 'session'].includes(name));
  const micros = second * 1_000_000;
  const columns = await source.readColumns(
    { session, family, fromMicros: micros, toMicros: micros + LONGEST_OFFSET_MICROS },
    (flows) => `SELECT ${words}, ${plain.map((name) => `"${name}"`).join(', ')} FROM ${flows} WHERE "interval" = $1`,
    [micros],
  );
  const rows = columns[0]?.length ?? 0;
  if (rows === 0) return null;
  const batch = createFlowBatch(family, rows);
  batch.length = rows;
  batch.interval.fill(second);
  batch.session.fill(session);
  const each = family === 4 ? 1 : 4;
  for (let word = 0; word < each; word++)
    for (let row = 0; row < rows; row++) {
      batch.source[row * each + word] = columns[word]![row] as number;
      batch.target[row * each + word] = columns[each + word]![row] as number;
    }
  for (const [at, name] of plain.entries()) batch[name].set(columns[2 * each + at] as number[]);
  return batch;
}

/** The words of an address of 16 bytes, most significant first. */
function wordsOf(name: string): string {
  return [96, 64, 32, 0].map((shift) => `(("${name}" >> ${shift}) & 4294967295)::UINTEGER`).join(', ');
}
