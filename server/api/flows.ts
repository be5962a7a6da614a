/** `GET /api/v1/flows`: flow records. Targets are for analysts; everyone else gets their slots. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { maySeeTargets, roleOf } from '../access/role.ts';
import { absentOf, absentProperty } from './absent-flows.ts';
import { resolveFilter } from './filter.ts';
import { flowOf } from './flow-text.ts';
import type { ApiParts } from './parts.ts';
import { Count, FilterText, Problem, SessionId, spanProperties, Time } from './schemas.ts';
import { resolveSpan, timeText } from './span.ts';

const Query = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 10_000, default: 100 }),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: 'from the page before' })),
  filter: FilterText,
  ...spanProperties,
});
const Flow = Type.Object({
  sensor: Type.Integer(),
  first: Time,
  last: Time,
  source: Type.String(),
  sourcePort: Type.Integer(),
  country: Type.String({ description: 'that the source address is registered in; empty for unknown' }),
  asn: Type.Integer({ description: 'network (autonomous system) that announces the source address, 0 for none' }),
  target: Type.Optional(Type.String({ description: 'for analysts' })),
  targetSlot: Type.Integer({ description: 'keyed permutation of the target’s index, 0 to 65,535' }),
  targetPort: Type.Integer(),
  protocol: Type.String(),
  class: Type.String(),
  radiation: Type.String({ description: 'class of background radiation: docs/radiation.md' }),
  tcpFlags: Type.Integer(),
  ttl: Type.Integer(),
  ipLength: Type.Integer(),
  synWindow: Type.Integer(),
  synOptions: Type.String({ description: 'TCP options of a SYN in their order, such as mss,nop,ws; empty for none' }),
  vlan: Type.Integer(),
  fragment: Type.Integer(),
  tunnel: Type.String({ description: 'how the packet inside is carried or quoted, such as icmpQuote; empty for none' }),
  innerProtocol: Type.Optional(Type.String({ description: 'of the packet inside, where there is one' })),
  innerSource: Type.Optional(Type.String({ description: 'for analysts, as all that a packet inside gives away' })),
  innerTarget: Type.Optional(Type.String()),
  innerSourcePort: Type.Optional(Type.Integer()),
  innerTargetPort: Type.Optional(Type.Integer()),
  packets: Count,
  wireBytes: Count,
});
const Page = Type.Object({
  session: SessionId,
  from: Time,
  to: Time,
  flows: Type.Array(Flow),
  cursor: Type.Union([Type.String(), Type.Null()]),
  ...absentProperty,
});

export const flowRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  const schema = { summary: 'flow records, oldest first', querystring: Query, response: { 200: Page, '4xx': Problem } };
  app.get('/api/v1/flows', { schema }, async (request) => {
    const { limit, cursor } = request.query;
    const span = await resolveSpan(request.query, parts.catalog, () => parts.live.current().record.id);
    const withTargets = maySeeTargets(roleOf(request.raw, parts));
    const filter = await resolveFilter(request.query.filter, parts.catalog, withTargets);
    const page = await parts.flows.flows({ ...span, limit, ...filter, ...(cursor === undefined ? {} : { cursor }) });
    const targetSlot = parts.targetSlots(span.session);
    return {
      session: span.session,
      from: timeText(span.fromSeconds),
      to: timeText(span.toSeconds),
      flows: page.flows.map((flow) => flowOf(flow, targetSlot, withTargets)),
      cursor: page.cursor,
      ...(await absentOf(parts, span)),
    };
  });
};
