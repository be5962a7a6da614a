/** What became of every flow that was stored: in the store, expired, missing, or deleted with its session. */
import { checkSession } from '../query-limits.ts';
import type { FlowAccount } from '../stores.ts';
import { type Connections, rowsOf } from './connections.ts';
import type { FlowParts } from './flow-parts.ts';
import type { Sums } from './operations.ts';

const ATTEMPTS = 4;

/** Sums of what retention took away, by session. */
export async function loadExpired(connections: Connections): Promise<Map<number, Sums>> {
  const rows = await connections.write((writer) =>
    rowsOf(
      writer,
      'SELECT session::DOUBLE AS session, packets::DOUBLE AS packets, bytes::DOUBLE AS bytes, flows::DOUBLE AS flows FROM flow_expired',
    ),
  );
  return new Map(
    rows.map(({ session, packets, bytes, flows }) => [
      Number(session),
      { packets: Number(packets), bytes: Number(bytes), flows: Number(flows) },
    ]),
  );
}

export interface AccountParts {
  readonly connections: Connections;
  readonly parts: FlowParts;
  readonly expired: ReadonlyMap<number, Sums>;
  readonly deleted: ReadonlyMap<number, Sums>;
}

/**
 * Tables are counted anew. Files count with what was read back from them when they were written, as long as they are there:
 * reading a year of them for every look at the ledger would take minutes.
 */
export async function accountFlows(
  { connections, parts, expired, deleted }: AccountParts,
  session: number,
): Promise<FlowAccount> {
  checkSession(session);
  for (let attempt = 1; ; attempt++) {
    const hot = [...parts.hot].filter((part) => part.session === session && part.isMade);
    // Taken at one moment, before anything is waited for.
    const account = {
      present: sumFiles(parts, session, 'present'),
      expired: { ...(expired.get(session) ?? noSums()) },
      missing: sumFiles(parts, session, 'missing'),
      deleted: { ...(deleted.get(session) ?? noSums()) },
    };
    try {
      if (hot.length > 0) addSums(account.present, await sumTables(connections, hot));
      return account;
    } catch (cause) {
      // Who sealed or deleted may be about to say so.
      await connections.write(async () => undefined);
      const isOutdated = hot.some((part) => !parts.hot.has(part));
      if (!isOutdated || attempt === ATTEMPTS) throw cause;
    }
  }
}

async function sumTables(connections: Connections, hot: readonly { readonly table: string }[]): Promise<Sums> {
  const tables = hot.map(({ table }) => `SELECT packets, "wireBytes" FROM ${table}`).join(' UNION ALL ');
  const [row] = await connections.read(
    `SELECT coalesce(sum(packets), 0)::DOUBLE AS packets, coalesce(sum("wireBytes"), 0)::DOUBLE AS bytes,
      count(*)::DOUBLE AS flows FROM (${tables})`,
  );
  return { packets: Number(row!.packets), bytes: Number(row!.bytes), flows: Number(row!.flows) };
}

function sumFiles({ files }: FlowParts, session: number, state: 'present' | 'missing'): Sums {
  const sums = noSums();
  for (const file of files.values()) {
    if (file.session === session && file.state === state)
      addSums(sums, { packets: file.packets, bytes: file.wireBytes, flows: file.rows });
  }
  return sums;
}

export function noSums(): Sums {
  return { packets: 0, bytes: 0, flows: 0 };
}

export function addSums(sums: Sums, { packets, bytes, flows }: Readonly<Sums>): void {
  sums.packets += packets;
  sums.bytes += bytes;
  sums.flows += flows;
}
