/** How many packets of a span the flows have: what files were written with, and what tables have by now. */
import { checkSession, checkSpan } from '../query-limits.ts';
import type { FlowCount, FlowSpan } from '../stores.ts';
import type { FlowParts, SealedFile } from './flow-parts.ts';
import type { FlowSource, Found } from './flow-source.ts';

const MICROS = 1_000_000;

/** Of flows whose first packet lies in the span. Files that lie in it whole are not read: there may be years of them. */
export async function countFlows(source: FlowSource, parts: FlowParts, query: FlowSpan): Promise<FlowCount> {
  checkSpan(query);
  checkSession(query.session);
  const fromMicros = Math.round(query.fromSeconds * MICROS);
  const toMicros = Math.round(query.toSeconds * MICROS);
  const isInside = (file: SealedFile) => file.firstMicros >= fromMicros && file.lastMicros < toMicros;
  let packets = 0;
  for (const family of [4, 6] as const) {
    let inFiles = 0;
    const others = ({ hot, files }: Found): Found => {
      inFiles = files.filter(isInside).reduce((sum, file) => sum + file.packets, 0);
      return { hot, files: files.filter((file) => !isInside(file)) };
    };
    const [row] = await source.read(
      { session: query.session, family, fromMicros, toMicros },
      (flows) => `SELECT coalesce(sum(packets), 0)::DOUBLE AS packets FROM ${flows} AS flows
        WHERE "interval" + "firstMicros" >= $1 AND "interval" + "firstMicros" < $2`,
      [fromMicros, toMicros],
      others,
    );
    packets += inFiles + Number(row?.packets ?? 0);
  }
  return { packets, missingPackets: missingPackets(parts, query.session, fromMicros, toMicros) };
}

/** Which of its packets lie in the span, a file that is gone does not tell. */
export function missingPackets({ files }: FlowParts, session: number, fromMicros: number, toMicros: number): number {
  let packets = 0;
  for (const file of files.values()) {
    const overlaps = file.firstMicros < toMicros && file.lastMicros >= fromMicros;
    if (file.session === session && file.state === 'missing' && overlaps) packets += file.packets;
  }
  return packets;
}
