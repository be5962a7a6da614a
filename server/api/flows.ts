/** `GET /api/v1/flows`: flow records. Targets are for analysts; everyone else gets their slots. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { protocolName, trafficClassNames } from '../../shared/protocols.ts';
import { formatTcpOptions } from '../../shared/tcp-options.ts';
import { tunnelNames } from '../../shared/tunnels.ts';
import { maySeeTargets, roleOf } from '../access/role.ts';
import type { FlowRow } from '../store/stores.ts';
import { absentOf, absentProperty } from './absent-flows.ts';
import { resolveFilter } from './filter.ts';
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

function flowOf(
  row: FlowRow,
  targetSlot: (sensor: number, target: string) => number,
  withTargets: boolean,
): Type.Static<typeof Flow> {
  const { firstSeconds, lastSeconds, target, protocol, class: trafficClass, synOptions, ...others } = row;
  const { tunnel, innerProtocol, innerSource, innerTarget, innerSourcePort, innerTargetPort, ...rest } = others;
  const isTunnel = tunnel !== 0;
  return {
    ...rest,
    first: microText(firstSeconds),
    last: microText(lastSeconds),
    ...(withTargets ? { target } : {}),
    targetSlot: targetSlot(row.sensor, target),
    protocol: protocolName(protocol),
    class: trafficClassNames[trafficClass] || String(trafficClass),
    synOptions: formatTcpOptions(synOptions),
    tunnel: tunnelNames[tunnel] ?? String(tunnel),
    ...(isTunnel ? { innerProtocol: protocolName(innerProtocol) } : {}),
    ...(isTunnel && withTargets ? { innerSource, innerTarget, innerSourcePort, innerTargetPort } : {}),
  };
}

/** RFC 3339 with microseconds. */
function microText(seconds: number): string {
  const whole = Math.floor(seconds);
  const micros = Math.min(999_999, Math.round((seconds - whole) * 1e6));
  return `${new Date(whole * 1000).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`;
}
