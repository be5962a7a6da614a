/** What sources and ports have in common: flows of a filter told apart in several ways, as the API writes it. */
import type { IncomingMessage } from 'node:http';
import Type from 'typebox';
import type { FlowCondition } from '../../shared/filter/flow-condition.ts';
import { planFlowFilter } from '../../shared/filter/flow-plan.ts';
import { parseFilter } from '../../shared/filter/index.ts';
import { askerOf, maySeeTargets, turnNameOf } from '../access/role.ts';
import type { BreakdownGroup } from '../store/stores.ts';
import { absentOf, absentProperty } from './absent-flows.ts';
import { BREAKDOWN_ROWS, rowOf, sumsOf } from './breakdown-text.ts';
import { resolveFilter } from './filter.ts';
import type { ApiParts } from './parts.ts';
import { Count, FilterText, SessionId, spanProperties, Time } from './schemas.ts';
import { resolveSpan, timeText } from './span.ts';

const sums = {
  packets: Count,
  bytes: Count,
  flows: Count,
  first: Time,
  last: Time,
};
const all = {
  ...sums,
  sources: Type.Optional(Type.Integer({ minimum: 0, description: 'distinct addresses, of a port' })),
  targets: Type.Optional(Type.Integer({ minimum: 0, description: 'distinct addresses; for analysts' })),
};
const Rows = Type.Array(Type.Object({ key: Type.String(), ...sums }), {
  description: `most packets first, at most ${BREAKDOWN_ROWS}`,
});

/** Properties of an answer with these groups. */
export function breakdownProperties<Group extends BreakdownGroup>(groups: readonly Group[]) {
  return {
    session: SessionId,
    from: Time,
    to: Time,
    all: Type.Union([Type.Object(all), Type.Null()], { description: 'null where no flow matches' }),
    ...(Object.fromEntries(groups.map((group) => [group, Rows])) as Record<Group, typeof Rows>),
    target: Type.Optional(Rows),
    ...absentProperty,
  };
}

export const breakdownQuery = Type.Object({ filter: FilterText, ...spanProperties });

/**
 * Flows of the request's span and filter that `own`, a filter too, holds for. Targets are told apart for analysts only. It ends
 * when `gone` says that nobody waits for it.
 */
export async function answerBreakdown<Group extends BreakdownGroup>(
  parts: ApiParts,
  { query, raw }: { query: Type.Static<typeof breakdownQuery>; raw: IncomingMessage },
  own: string,
  groups: readonly Group[],
  gone: AbortSignal,
) {
  const span = await resolveSpan(query, parts.catalog, () => parts.live.current().record.id);
  const asker = askerOf(raw, parts);
  const withTargets = maySeeTargets(asker?.role ?? null);
  const { filter } = await resolveFilter(query.filter, parts.catalog, withTargets);
  const hasSources = (groups as readonly BreakdownGroup[]).includes('source');
  const ask = () =>
    parts.flows.breakdown(
      {
        ...span,
        filter: narrowedTo(own, filter),
        groups: withTargets ? [...groups, 'target'] : groups,
        limit: BREAKDOWN_ROWS,
        distinct: [...(hasSources ? (['sources'] as const) : []), ...(withTargets ? (['targets'] as const) : [])],
      },
      gone,
    );
  const breakdown = await parts.breakdownTurns.take(turnNameOf(asker, raw), gone, ask);
  const rowsOf = (group: BreakdownGroup) => breakdown.groups[group]!.map((row) => rowOf(group, row));
  return {
    session: span.session,
    from: timeText(span.fromSeconds),
    to: timeText(span.toSeconds),
    all: breakdown.all && { ...sumsOf(breakdown.all), ...breakdown.distinct },
    ...(Object.fromEntries(groups.map((group) => [group, rowsOf(group)])) as Record<Group, ReturnType<typeof rowsOf>>),
    ...(withTargets ? { target: rowsOf('target') } : {}),
    ...(await absentOf(parts, span)),
  };
}

/** Both hold. `text` is this program's own. */
function narrowedTo(text: string, filter: FlowCondition | undefined): FlowCondition {
  const own = planFlowFilter(parseFilter(text), { sensor: () => null });
  return filter === undefined ? own : { kind: 'and', terms: [own, filter] };
}
