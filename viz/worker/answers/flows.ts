/** `flows`, and the sheets about a source and a port. */
import { BREAKDOWN_ROWS, PORT_GROUPS, rowOf, SOURCE_GROUPS, sumsOf } from '../../../server/api/breakdown-text.ts';
import { flowOf } from '../../../server/api/flow-text.ts';
import { labelsOf } from '../../../server/api/label-text.ts';
import { readAddress } from '../../../server/api/read-address.ts';
import { timeText } from '../../../server/api/time-text.ts';
import { breakDown } from '../../../server/store/flow-memory/memory-breakdown.ts';
import { pageOfFlows } from '../../../server/store/flow-memory/memory-pages.ts';
import { MAX_FLOWS_PER_PAGE } from '../../../server/store/query-limits.ts';
import type { BreakdownGroup } from '../../../server/store/stores.ts';
import { parseIpv4, parseIpv6 } from '../../../shared/address.ts';
import { createFlowBatch } from '../../../shared/flow-batch.ts';
import { type AnswerRoute, absentOf, askedOf, type FileParts, filterOf, notInFile } from './file-parts.ts';
import type { Query } from './query.ts';

const DEFAULT_FLOWS = 100;

export const flows: AnswerRoute = {
  path: /^flows$/,
  async answer(parts, query) {
    const { span, filter } = await askedOf(parts, query);
    const limit = query.integer('limit', 1, MAX_FLOWS_PER_PAGE) ?? DEFAULT_FLOWS;
    const cursor = query.text('cursor', 200);
    const page = await pageOfFlows(parts.flows, {
      ...span,
      limit,
      ...(filter === undefined ? {} : { filter }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const slotOf = targetSlots(parts);
    return {
      session: span.session,
      from: timeText(span.fromSeconds),
      to: timeText(span.toSeconds),
      flows: page.flows.map((flow) => flowOf(flow, (_sensor, target) => slotOf(target), true)),
      cursor: page.cursor,
      ...absentOf(parts, span),
    };
  },
};

function targetSlots({ slots }: FileParts): (target: string) => number {
  const rows = { 4: createFlowBatch(4, 1), 6: createFlowBatch(6, 1) };
  return (target) => {
    const ipv4 = parseIpv4(target);
    const row = rows[ipv4 === null ? 6 : 4];
    row.target.set(ipv4 === null ? (parseIpv6(target) ?? []) : [ipv4]);
    return slots.of(row, 0);
  };
}

export const source: AnswerRoute = {
  path: /^sources\/([^/]+)$/,
  async answer(parts, query, [name]) {
    const { words, ...told } = readAddress(decodeURIComponent(name!).slice(0, 45));
    const sheet = await breakdownOf(parts, query, `src host ${told.address}`, SOURCE_GROUPS, ['targets']);
    // Lists of scanners are an operator's.
    return { ...told, ...sheet, labels: labelsOf(parts.evidence.of(words), true), scanner: null };
  },
};

export const port: AnswerRoute = {
  path: /^ports\/(tcp|udp)\/(\d{1,5})$/,
  async answer(parts, query, [protocol, number]) {
    if (Number(number) > 65_535) throw notInFile(`port ${number}`);
    const own = `${protocol} dst port ${Number(number)}`;
    return {
      port: `${Number(number)}/${protocol}`,
      ...(await breakdownOf(parts, query, own, PORT_GROUPS, ['sources', 'targets'])),
    };
  },
};

async function breakdownOf(
  parts: FileParts,
  query: Query,
  own: string,
  groups: readonly BreakdownGroup[],
  distinct: readonly ('sources' | 'targets')[],
) {
  const { span, filter } = await askedOf(parts, query);
  const ownFilter = (await filterOf(parts, own))!;
  const breakdown = await breakDown(
    parts.flows,
    {
      ...span,
      filter: filter === undefined ? ownFilter : { kind: 'and', terms: [ownFilter, filter] },
      groups: [...groups, 'target'],
      limit: BREAKDOWN_ROWS,
      distinct,
    },
    parts.seed,
  );
  return {
    session: span.session,
    from: timeText(span.fromSeconds),
    to: timeText(span.toSeconds),
    all: breakdown.all && { ...sumsOf(breakdown.all), ...breakdown.distinct },
    ...Object.fromEntries(
      Object.entries(breakdown.groups).map(([group, rows]) => [
        group,
        rows.map((row) => rowOf(group as BreakdownGroup, row)),
      ]),
    ),
    ...absentOf(parts, span),
  };
}
