/** What several questions about payloads have in common. */
import type { JS } from '@duckdb/node-api';
import { uniteSketches } from './payload-sketch.ts';

/** Names a payload within a session. */
export const KEY = 'digest, protocol, wire_bytes';

/** Lists keep what came first. */
export const MOST_PORTS = 16;
export const MOST_SOURCES = 8;

/** All rows of a payload as one; lists and sketches are united by `united`. */
export const UNITED = `max(captured_bytes)::DOUBLE AS captured_bytes, sum(packets)::DOUBLE AS packets,
  min(first_micros)::DOUBLE AS first_micros, max(last_micros)::DOUBLE AS last_micros,
  max(stored_seconds)::DOUBLE AS stored_seconds, flatten(list(ports ORDER BY first_micros)) AS ports,
  bool_or(more_ports) AS more_ports, flatten(list(sources ORDER BY first_micros)) AS sources,
  list(sketch) AS sketches, list_distinct(flatten(list(sensors))) AS sensors`;

/**
 * The sites of a session's payloads: of each payload, those of the longest bytes of it. Needs the session as $1. `among`
 * narrows the rows that are read.
 */
export function heldSites(among: string): string {
  return `candidates AS (SELECT ${KEY}, kept_bytes, tool, url, steps, is_cut FROM payload_sites ${among}),
    longest AS (SELECT ${KEY}, max(kept_bytes) AS kept_bytes FROM payload_bytes SEMI JOIN candidates USING (${KEY})
      WHERE session = $1 GROUP BY ALL),
    held AS (SELECT DISTINCT ON (${KEY}, tool, url) ${KEY}, tool, url, steps, is_cut
      FROM candidates JOIN longest USING (${KEY}, kept_bytes))`;
}

export interface United {
  readonly ports: number[];
  readonly hasMorePorts: boolean;
  readonly sources: bigint[];
  /** All registers. */
  readonly sketch: Uint8Array;
  readonly sensors: number[];
}

export function united(row: Record<string, JS>): United {
  const ports = new Set(row.ports as number[]);
  return {
    ports: firstOf(ports, MOST_PORTS),
    hasMorePorts: row.more_ports === true || ports.size > MOST_PORTS,
    sources: firstOf(new Set(row.sources as bigint[]), MOST_SOURCES),
    sketch: uniteSketches(row.sketches as unknown as Uint8Array[]),
    sensors: (row.sensors as number[]).toSorted((a, b) => a - b),
  };
}

function firstOf<Value>(values: ReadonlySet<Value>, most: number): Value[] {
  return [...values].slice(0, most);
}

/** Four words for each. */
export function addressWords(addresses: readonly bigint[]): Uint32Array {
  const words = new Uint32Array(addresses.length * 4);
  addresses.forEach((address, at) => {
    for (let word = 0; word < 4; word++)
      words[at * 4 + word] = Number((address >> BigInt(96 - word * 32)) & 0xffffffffn);
  });
  return words;
}
