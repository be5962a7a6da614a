/** `GET /api/v1/top`: what has most. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { FlowCondition } from '../../shared/filter/flow-condition.ts';
import { maySeeTargets, roleOf } from '../access/role.ts';
import type { SeriesDimensionName } from '../store/ingest-commit.ts';
import type { SeriesTop } from '../store/stores.ts';
import { absentOf, absentProperty } from './absent-flows.ts';
import { resolveFilter } from './filter.ts';
import { kept } from './kept.ts';
import { keyText } from './keys.ts';
import type { ApiParts } from './parts.ts';
import { answerWithProgress } from './progress.ts';
import { Count, FilterText, Problem, SessionId, spanProperties, Time } from './schemas.ts';
import { isCountedWhole, singleKeyOf } from './single-key.ts';
import { type AskedSpan, recordOf, resolveSpan, timeText } from './span.ts';

const TopQuery = Type.Object({
  by: Type.Enum(['class', 'protocol', 'port', 'country', 'network', 'tag', 'sensor', 'source'], {
    description: 'what is counted',
  }),
  limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 20 }),
  filter: FilterText,
  ...spanProperties,
});
const Top = Type.Object({
  session: SessionId,
  by: Type.String(),
  from: Time,
  to: Time,
  rows: Type.Array(
    Type.Object({
      key: Type.String(),
      packets: Count,
      bytes: Count,
      flows: Count,
      country: Type.Optional(Type.String()),
    }),
  ),
  ...absentProperty,
});
const schema = {
  summary: 'what has most packets in a span',
  querystring: TopQuery,
  response: { 200: Top, '4xx': Problem },
};

export const topRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  app.get('/api/v1/top', { schema }, async (request, reply) => {
    const { by, limit, filter: text } = request.query;
    const span = await resolveSpan(request.query, parts.catalog, () => parts.live.current().record.id);
    const withTargets = maySeeTargets(roleOf(request.raw, parts));
    const filter = await resolveFilter(text, parts.catalog, withTargets);
    const answer = (rows: Type.Static<typeof Top>['rows']) => ({
      session: span.session,
      by,
      from: timeText(span.fromSeconds),
      to: timeText(span.toSeconds),
      rows,
    });
    const ofFlows = async (rows: Type.Static<typeof Top>['rows']) => ({
      ...answer(rows),
      ...(await absentOf(parts, span)),
    });
    if (by === 'source') {
      const sources = await parts.flows.topSources({ ...span, limit, ...filter });
      return ofFlows(
        sources.map(({ source, country, ...sums }) => ({ key: source, country: country || 'unknown', ...sums })),
      );
    }
    const named = ({ key, ...sums }: { key: number; packets: number; bytes: number; flows: number }) => ({
      key: keyText(by, key),
      ...sums,
    });
    if (filter.filter === undefined)
      return answer((await kept(() => parts.series.top({ ...span, measure: 'packets', by, limit }))).map(named));
    const condition = filter.filter;
    const record = await recordOf(span.session, parts.catalog);
    return (await answerWithProgress(request, reply, async (onProgress) => {
      const counted = await countedRow(parts, { ...span, by, filter: condition });
      if (counted !== null) return answer(counted.map(named));
      const summed = await parts.flowSums.top({ ...span, by, ...filter, record }, limit, onProgress);
      return ofFlows(summed.map(named));
    })) as never;
  });
};

/** The only row of a filter by one key of the dimension; null where the flows must tell. */
async function countedRow(
  { series }: ApiParts,
  { by, filter, ...span }: AskedSpan & { by: SeriesDimensionName; filter: FlowCondition },
): Promise<SeriesTop[] | null> {
  const single = singleKeyOf(filter);
  const { fromSeconds, toSeconds } = span;
  // Flows are summed from second to second, series by the minute. Rules share packets: each of the others has a row, too.
  const stepSeconds = [86_400, 3_600, 300, 60].find((step) => fromSeconds % step === 0 && toSeconds % step === 0);
  if (single === null || single.by !== by || by === 'tag' || stepSeconds === undefined) return null;
  const query = { ...span, stepSeconds };
  return await kept(async () => {
    if (!(await isCountedWhole(series, single, query))) return null;
    const sum = async (measure: 'packets' | 'bytes' | 'flows') =>
      (await series.series({ ...query, ...single, measure })).reduce((all, { value }) => all + value, 0);
    const [packets, bytes, flows] = await Promise.all([sum('packets'), sum('bytes'), sum('flows')]);
    return packets === 0 ? [] : [{ key: single.key, packets, bytes, flows }];
  });
}
