/** What rules found about one source. */
import type { JS } from '@duckdb/node-api';
import type { RuleEvidence } from '../stores.ts';
import type { Connections } from './connections.ts';
import { addressNumber } from './evidence-appenders.ts';

/** Two keys' worth. */
const MAX_PACKETS = 6;
const OF_SOURCE = 'session = $1 AND source = $2::UHUGEINT';

export async function evidenceOf(
  connections: Connections,
  session: number,
  source: Uint32Array,
): Promise<RuleEvidence[]> {
  // As text: whole numbers beyond 64 bits are bound as signed ones.
  const values: [number, string] = [session, addressNumber(source).toString()];
  const sums = await connections.read(
    `SELECT tag, sum(matched)::DOUBLE AS matched, sum(candidates)::DOUBLE AS candidates,
      coalesce(min(first_micros) FILTER (matched > 0), 0)::DOUBLE AS first, max(last_micros)::DOUBLE AS last,
      (count(DISTINCT key) FILTER (matched > 0))::DOUBLE AS keys
      FROM evidence WHERE ${OF_SOURCE} GROUP BY tag ORDER BY tag`,
    values,
  );
  if (sums.length === 0) return [];
  const packets = await packetsOf(connections, values);
  return sums.map((row) => ({
    tag: Number(row.tag),
    matched: Number(row.matched),
    candidates: Number(row.candidates),
    firstSeconds: Number(row.first) / 1e6,
    lastSeconds: Number(row.last) / 1e6,
    keys: Number(row.keys),
    packets: packets.get(Number(row.tag)) ?? [],
  }));
}

async function packetsOf(connections: Connections, values: [number, string]) {
  const rows = await connections.read(
    `WITH keys AS (SELECT tag, key, sum(matched) AS matched FROM evidence WHERE ${OF_SOURCE} GROUP BY tag, key)
      SELECT p.tag AS tag, micros::DOUBLE AS micros, bytes FROM
        (SELECT * FROM evidence_packets WHERE ${OF_SOURCE}) p JOIN keys ON p.tag = keys.tag AND p.key = keys.key
      QUALIFY row_number() OVER (PARTITION BY p.tag ORDER BY matched DESC, p.key, micros) <= ${MAX_PACKETS}
      ORDER BY p.tag, matched DESC, p.key, micros`,
    values,
  );
  const packets = new Map<number, { seconds: number; bytes: Uint8Array }[]>();
  for (const { tag, micros, bytes } of rows as { tag: JS; micros: JS; bytes: Uint8Array }[]) {
    const some = packets.get(Number(tag)) ?? [];
    packets.set(Number(tag), some);
    // A copy: what DuckDB hands out may be a view of more.
    some.push({ seconds: Number(micros) / 1e6, bytes: Uint8Array.from(bytes) });
  }
  return packets;
}
