/** Questions about the addresses that payloads would fetch from: each once a tool, of all payloads with it. */

import { countSources } from '../../../shared/wire/payloads.ts';
import type { FetchTool } from '../../detect/sites/commands.ts';
import type { ReadingStep } from '../../detect/sites/readings.ts';
import type { PayloadKey, SiteQuery, StoredSite } from '../stores.ts';
import type { Connections, Row } from './connections.ts';
import { inOrder, isKey, isWithin, mayBeFirst, SUMS, Values } from './payload-queries.ts';
import { addressWords, heldSites, KEY, UNITED, united } from './payload-sql.ts';

const MOST_KEYS = 16;

export async function listSites(connections: Connections, query: SiteQuery) {
  const values = new Values();
  values.add(query.session);
  const within = isWithin(values, query);
  const limit = values.add(query.limit);
  const rows = await read(connections, values, '', within, mayBeFirst(query.order, limit, 'tool, url'));
  return {
    total: Number(rows[0]?.total ?? 0),
    sites: inOrder(rows.map(siteOf), query.order).slice(0, query.limit),
  };
}

export async function sitesOfPayload(connections: Connections, session: number, key: PayloadKey) {
  const values = new Values();
  values.add(session);
  const isOfKey = isKey(values, key);
  const among = `SEMI JOIN (SELECT tool, url FROM payload_sites WHERE session = $1 AND ${isOfKey}) USING (tool, url)`;
  const within = isWithin(values, {});
  // Sites that only shorter bytes of it had are not among those held.
  const chosen = `SEMI JOIN (SELECT tool, url FROM held WHERE ${isOfKey}) USING (tool, url)`;
  return inOrder((await read(connections, values, among, within, chosen)).map(siteOf), 'packets');
}

function read(connections: Connections, values: Values, among: string, within: string, chosen: string): Promise<Row[]> {
  const ofSites = `payloads JOIN held USING (${KEY}) SEMI JOIN chosen USING (tool, url) WHERE session = $1`;
  return connections.read(
    `WITH ${heldSites(`${among} WHERE session = $1`)},
      sums AS (SELECT tool, url, ${SUMS} FROM payloads JOIN held USING (${KEY}) WHERE session = $1
        GROUP BY tool, url HAVING ${within}),
      chosen AS MATERIALIZED (SELECT *, (SELECT count(*) FROM sums)::DOUBLE AS total FROM sums ${chosen}),
      each AS (SELECT tool, url, ${KEY}, any_value(steps) AS steps, any_value(is_cut) AS is_cut, sum(packets) AS packets,
        min(first_micros) AS first_micros FROM ${ofSites} GROUP BY tool, url, ${KEY}),
      of_each AS (SELECT tool, url, count(*)::DOUBLE AS payloads, arg_min(steps, first_micros) AS steps,
        bool_and(is_cut) AS is_cut, list({${KEY.split(', ')
          .map((name) => `'${name}': ${name}`)
          .join(', ')}}
          ORDER BY packets DESC, ${KEY})[:${MOST_KEYS}] AS keys FROM each GROUP BY tool, url),
      rows AS (SELECT tool, url, ${UNITED} FROM ${ofSites} GROUP BY tool, url)
      SELECT rows.*, total, payloads, steps, is_cut, keys FROM rows JOIN of_each USING (tool, url)
        JOIN (SELECT tool, url, total FROM chosen) USING (tool, url) ORDER BY tool, url`,
    values.all,
  );
}

function siteOf(row: Row): StoredSite {
  const { sketch, sources, sensors } = united(row);
  const keys = row.keys as unknown as { digest: bigint; protocol: number; wire_bytes: number }[];
  return {
    tool: row.tool as FetchTool,
    url: String(row.url),
    steps: String(row.steps)
      .split(',')
      .filter((step) => step !== '') as ReadingStep[],
    isCut: row.is_cut === true,
    packets: Number(row.packets),
    payloads: Number(row.payloads),
    firstSeconds: Number(row.first_micros) / 1e6,
    lastSeconds: Number(row.last_micros) / 1e6,
    sources: countSources(sketch),
    sourceSample: addressWords(sources),
    sensors,
    keys: keys.map(({ digest, protocol, wire_bytes }) => ({ digest, protocol, wireBytes: wire_bytes })),
  };
}
