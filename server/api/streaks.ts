/** `GET /api/v1/streaks`: a stretch of capture time, to be replayed: figures, and flows as a viewer may see them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { MAX_STRETCH_SECONDS, MAX_STRETCH_STREAKS } from '../../shared/wire/stretch.ts';
import { askerOf, maySeeTargets, turnNameOf } from '../access/role.ts';
import { resolveFilter } from './filter.ts';
import { goneOf } from './gone.ts';
import type { ApiParts } from './parts.ts';
import { ApiError } from './problem.ts';
import { FilterText, Problem, SessionId } from './schemas.ts';
import { recordOf, resolveSpan } from './span.ts';

const RETRY_AFTER_SECONDS = 2;
const TimeText = (description: string) => Type.String({ maxLength: 40, description });
const Query = Type.Object({
  session: SessionId,
  from: TimeText('begin of the stretch, included (RFC 3339, fractions too), by the first packet of flows'),
  to: TimeText(`end of the stretch, not included; at most ${MAX_STRETCH_SECONDS} s after \`from\``),
  filter: FilterText,
  most: Type.Integer({
    minimum: 1,
    maximum: MAX_STRETCH_STREAKS,
    default: MAX_STRETCH_STREAKS,
    description: 'flows at most: of more, a fair sample that is the same each time',
  }),
  figures: Type.Enum(['all', 'brief'], {
    default: 'all',
    description: 'brief: of many flows, distinct sources and ports are left out, which is sooner',
  }),
});
const Body = Type.Unsafe<Buffer>({ type: 'string', format: 'binary', description: 'docs/wire-format.md: a stretch' });
const schema = {
  summary: 'flows of a stretch of time, to be drawn, and what is counted of all',
  querystring: Query,
  response: { 200: { content: { 'application/octet-stream': { schema: Body } } }, '4xx': Problem },
};

export const streakRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  app.get('/api/v1/streaks', { schema }, async (request, reply) => {
    const { filter: filterText = '', most, figures } = request.query;
    const gone = goneOf(request, reply);
    const asker = askerOf(request.raw, parts);
    const withTargets = maySeeTargets(asker?.role ?? null);
    const span = await resolveSpan(request.query, parts.catalog, () => request.query.session);
    if (span.toSeconds - span.fromSeconds > MAX_STRETCH_SECONDS)
      throw new ApiError(400, 'API_BAD_SPAN', `a stretch has at most ${MAX_STRETCH_SECONDS} seconds`);
    const filter = await resolveFilter(filterText, parts.catalog, withTargets);
    const record = (await recordOf(span.session, parts.catalog))!;
    const question = { span, record, ...filter, filterText, most, isBrief: figures === 'brief', withTargets };
    const body = await parts.stretches.answer(question, turnNameOf(asker, request.raw), gone).catch((error) => {
      if (error instanceof ApiError && error.status === 429) reply.header('retry-after', String(RETRY_AFTER_SECONDS));
      throw error;
    });
    reply.type('application/octet-stream');
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  });
};
