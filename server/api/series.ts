/** `GET /api/v1/series`: sums over time. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { FlowCondition } from '../../shared/filter/flow-condition.ts';
import { maySeeTargets, roleOf } from '../access/role.ts';
import { type Coverage, coverage } from '../aggregate/coverage.ts';
import { OTHER_KEY, type SeriesDimensionName } from '../store/ingest-commit.ts';
import { isDistinct } from '../store/query-limits.ts';
import { SERIES_KEEP_SECONDS } from '../store/series-keep.ts';
import type { SeriesMeasure, SeriesPoint } from '../store/stores.ts';
import { absentOf, absentProperty } from './absent-flows.ts';
import { resolveFilter } from './filter.ts';
import { kept } from './kept.ts';
import { keyText } from './keys.ts';
import type { ApiParts } from './parts.ts';
import { ApiError } from './problem.ts';
import { answerWithProgress } from './progress.ts';
import { Count, Dimension, FilterText, Measure, Problem, SessionId, spanProperties, Time } from './schemas.ts';
import { isCountedWhole, singleKeyOf } from './single-key.ts';
import { type AskedSpan, recordOf, resolveSpan, timeText } from './span.ts';

/** More bins than any chart has pixels. */
const MAX_BINS = 4_000;
const DEFAULT_BINS = 120;

const SeriesQuery = Type.Object({
  measure: Measure,
  by: Type.Optional(Dimension),
  step: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 31_536_000, description: 'seconds a bin; default: what gives about 120 bins' }),
  ),
  keys: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 256,
      description:
        'so many keys, those with most packets in the span, stand by themselves; all others are summed as `other`',
    }),
  ),
  filter: FilterText,
  ...spanProperties,
});
const Series = Type.Object({
  session: SessionId,
  measure: Type.String(),
  by: Type.String(),
  from: Time,
  to: Time,
  step: Type.Integer(),
  points: Type.Array(Type.Object({ time: Time, key: Type.String(), value: Count }), {
    description: 'bins without packets are left out: they have 0, as far as they were watched',
  }),
  outageSeconds: Type.Array(Count, {
    description: 'of every bin from the one in which `from` lies on, up to `to`: seconds in which no sensor watched',
  }),
  addressesWatched: Type.Union([Type.Array(Count), Type.Null()], {
    description: 'of the same bins: IPv4 addresses, the mean over the watched time; null for viewers',
  }),
  ...absentProperty,
});

export const seriesRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  app.get(
    '/api/v1/series',
    {
      schema: {
        summary: 'packets, bytes or flows over time',
        querystring: SeriesQuery,
        response: { 200: Series, '4xx': Problem },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const by = query.by ?? 'total';
      const span = await resolveSpan(query, parts.catalog, () => parts.live.current().record.id);
      const withTargets = maySeeTargets(roleOf(request.raw, parts));
      if (query.measure === 'targets' && !withTargets)
        throw new ApiError(
          403,
          'ACCESS_TARGETS',
          'how many targets there are tells how large the darknet is: sign in as an analyst',
        );
      const { filter } = await resolveFilter(query.filter, parts.catalog, withTargets);
      const stepSeconds = query.step ?? defaultStep(span, by, query.measure);
      if ((span.toSeconds - span.fromSeconds) / stepSeconds > MAX_BINS)
        throw new ApiError(
          400,
          'API_TOO_MANY_BINS',
          `more than ${MAX_BINS} bins: choose a larger step or a shorter span`,
        );
      const asked: AskedSeries = { ...span, measure: query.measure, by, stepSeconds, keyCount: query.keys };
      const answer = async (points: SeriesPoint[]) => ({
        session: span.session,
        measure: query.measure,
        by,
        from: timeText(span.fromSeconds),
        to: timeText(span.toSeconds),
        step: stepSeconds,
        points: points.map(({ binSeconds, key, value }) => ({
          time: timeText(binSeconds),
          key: keyText(by, key),
          value,
        })),
        ...(await coverageOf(parts, span, stepSeconds, withTargets)),
      });
      if (filter === undefined) return await answer(await rolledUp(parts, asked));
      const record = await recordOf(span.session, parts.catalog);
      return (await answerWithProgress(request, reply, async (onProgress) => {
        const counted = await countedPoints(parts, asked, filter);
        if (counted !== null) return answer(counted);
        const summed = await parts.flowSums.series({ ...asked, filter, record }, onProgress);
        return { ...(await answer(summed)), ...(await absentOf(parts, span)) };
      })) as never;
    },
  );
};

interface AskedSeries extends AskedSpan {
  readonly measure: SeriesMeasure;
  readonly by: SeriesDimensionName;
  readonly stepSeconds: number;
  readonly keyCount: number | undefined;
}

/** From the sums that were made when the flows came. */
async function rolledUp(parts: ApiParts, { keyCount, ...asked }: AskedSeries): Promise<SeriesPoint[]> {
  checkStep(asked.stepSeconds, asked.by, asked.measure);
  return await kept(async () => {
    if (keyCount === undefined) return await parts.series.series(asked);
    // What is `other` already stays so.
    const top = await parts.series.top({ ...asked, measure: 'packets', limit: keyCount + 1 });
    const keys = top.map(({ key }) => key).filter((key) => key !== OTHER_KEY);
    return await parts.series.series({ ...asked, keys: keys.slice(0, keyCount) });
  });
}

/** The points of a filter by one key, where they were counted when the flows came; null where the flows must tell. */
async function countedPoints(
  parts: ApiParts,
  asked: AskedSeries,
  filter: FlowCondition,
): Promise<SeriesPoint[] | null> {
  const { by, measure, stepSeconds, keyCount: _, ...span } = asked;
  const single = singleKeyOf(filter);
  // Distinct addresses are counted exactly in flows, and nearly in series.
  if (single === null || isDistinct(measure)) return null;
  // Rules share packets: by rule, what one of them matches has parts of the others.
  if (by !== 'total' && (by !== single.by || by === 'tag')) return null;
  if (stepSeconds % 60 !== 0 && single.by !== 'class') return null;
  return await kept(async () => {
    if (!(await isCountedWhole(parts.series, single, { ...span, stepSeconds }))) return null;
    const points = await parts.series.series({ ...span, ...single, measure, stepSeconds });
    return by === 'total' ? points.map((point) => ({ ...point, key: 0 })) : points;
  });
}

/** Steps that are offered where none is asked for; those of distinct counts are bins as they are kept. */
const STEPS = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 21_600, 86_400];
const BIN_STEPS = [60, 300, 3_600, 86_400];

function defaultStep({ session, fromSeconds, toSeconds }: AskedSpan, by: string, measure: SeriesMeasure): number {
  const wanted = (toSeconds - fromSeconds) / DEFAULT_BINS;
  // Only live ones go after a while.
  const keptFrom = session === 0 ? Date.now() / 1000 - SERIES_KEEP_SECONDS[1] : 0;
  const smallest = (by === 'total' || by === 'class') && fromSeconds > keptFrom ? 1 : 60;
  const steps = isDistinct(measure) ? BIN_STEPS : STEPS;
  return steps.find((step) => step >= wanted && step >= smallest) ?? 86_400;
}

function checkStep(stepSeconds: number, by: string, measure: SeriesMeasure): void {
  if (isDistinct(measure) && !BIN_STEPS.includes(stepSeconds))
    throw new ApiError(
      400,
      'API_STEP',
      `${measure} of several bins do not add up: choose a step of ${BIN_STEPS.join(', ')}`,
    );
  if (stepSeconds % 60 !== 0 && by !== 'total' && by !== 'class')
    throw new ApiError(400, 'API_STEP', `by ${by} there are bins of a minute: choose a step that is a multiple of 60`);
}

/** That a live sensor watched is stored so much later, where the machine has much else to do. */
const TOLD_AFTER_SECONDS = 10;

/** How each bin was watched. How many addresses are watched is a secret: of small telescopes it gives the block away. */
async function coverageOf(parts: ApiParts, span: AskedSpan, stepSeconds: number, withAddresses: boolean) {
  const first = Math.floor(span.fromSeconds / stepSeconds) * stepSeconds;
  const watches = await parts.catalog.watches(span.session, { ...span, fromSeconds: first });
  const known = Date.now() / 1000 - TOLD_AFTER_SECONDS;
  const bins: Coverage[] = [];
  for (let bin = first; bin < span.toSeconds; bin += stepSeconds) {
    // What has not come yet, may still be told, or lies behind the span, is no outage.
    const last = Math.min(bin + stepSeconds, span.toSeconds);
    const end = span.session === 0 ? Math.max(bin, Math.min(last, known)) : last;
    bins.push(coverage(watches, bin, end));
  }
  return {
    outageSeconds: bins.map(({ outageSeconds }) => outageSeconds),
    addressesWatched: withAddresses ? bins.map(({ addressesWatched }) => addressesWatched) : null,
  };
}
