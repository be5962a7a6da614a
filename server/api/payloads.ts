/** `GET /api/v1/payloads` and `/api/v1/payloads/…`: distinct payloads, and who sent them. For analysts: bytes may give targets away. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { IpProtocol } from '../../shared/protocols.ts';
import { forAnalysts } from './for-analysts.ts';
import type { ApiParts } from './parts.ts';
import { readPayloadId, sensorNames } from './payload-ids.ts';
import { LISTED_BYTES, payloadPage, wholePayload } from './payload-text.ts';
import { ApiError } from './problem.ts';
import { Count, PayloadAccount, PayloadOrder, Problem, SessionId, spanProperties, Time } from './schemas.ts';
import { Site } from './sites.ts';
import { resolveSpan } from './span.ts';

const Query = Type.Object({
  order: PayloadOrder,
  port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535, description: 'one of the ports that are listed' })),
  protocol: Type.Optional(Type.String({ pattern: '^(tcp|udp|\\d{1,3})$', description: 'tcp, udp or a number' })),
  sites: Type.Optional(Type.Boolean({ description: 'true: only payloads with sites' })),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
  ...spanProperties,
});
const properties = {
  id: Type.String({ description: 'digest, protocol and length: the first 8 bytes of SHA-256 over what was captured' }),
  digest: Type.String(),
  protocol: Type.String(),
  bytes: Type.Integer({ minimum: 0, description: 'on the wire' }),
  captured: Type.Integer({ minimum: 0, description: 'of these' }),
  kept: Type.Integer({ minimum: 0, description: 'of these' }),
  packets: Count,
  first: Time,
  last: Time,
  ports: Type.Array(Type.Integer(), { description: 'targets’, those that came first' }),
  morePorts: Type.Boolean(),
  sources: Type.Integer({ minimum: 0, description: 'near enough: standard error 6.5 %' }),
  sensors: Type.Array(Type.String()),
  sites: Type.Integer({ minimum: 0, description: 'addresses that commands in it would fetch from' }),
};
const Listed = Type.Object({
  ...properties,
  hex: Type.String({ description: `what was kept, at most ${LISTED_BYTES} bytes` }),
});
const Page = Type.Object({
  session: SessionId,
  from: Time,
  to: Time,
  total: Count,
  payloads: Type.Array(Listed),
  account: PayloadAccount,
});
const Whole = Type.Object({
  ...properties,
  hex: Type.String({ description: 'all that was kept' }),
  sample: Type.Array(Type.String(), { description: 'some of its sources, those that came first' }),
  siteList: Type.Array(Site, { description: 'each of all payloads with it' }),
});

export const payloadRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  forAnalysts(app, parts, 'payloads');
  const current = () => parts.live.current().record.id;
  const listSchema = {
    summary: 'distinct payloads; for analysts',
    querystring: Query,
    response: { 200: Page, '4xx': Problem },
  };
  app.get('/api/v1/payloads', { schema: listSchema }, async ({ query }) => {
    const { order, limit, port, protocol, sites } = query;
    const span = await resolveSpan(query, parts.catalog, current);
    const [{ total, payloads }, account, namesOf] = await Promise.all([
      parts.payloads.list({
        ...{ ...span, order, limit, withSites: sites === true },
        ...(port === undefined ? {} : { port }),
        ...(protocol === undefined ? {} : { protocol: protocolNumber(protocol) }),
      }),
      parts.payloads.account(span.session),
      sensorNames(parts.catalog),
    ]);
    return payloadPage(span, { total, payloads }, account, namesOf);
  });
  const wholeSchema = {
    summary: 'one payload; for analysts',
    params: Type.Object({ id: Type.String({ maxLength: 40 }) }),
    querystring: Type.Object({ session: spanProperties.session }),
    response: { 200: Whole, '4xx': Problem },
  };
  app.get('/api/v1/payloads/:id', { schema: wholeSchema }, async ({ params, query }) => {
    const key = readPayloadId(params.id);
    const { session } = await resolveSpan(query, parts.catalog, current);
    const [payload, sites, namesOf] = await Promise.all([
      parts.payloads.of(session, key),
      parts.payloads.sitesOf(session, key),
      sensorNames(parts.catalog),
    ]);
    if (payload === null) throw new ApiError(404, 'API_NO_PAYLOAD', `there is no payload ${params.id} in this session`);
    return wholePayload(payload, sites, namesOf);
  });
};

function protocolNumber(text: string): number {
  if (text === 'tcp' || text === 'udp') return IpProtocol[text];
  if (Number(text) > 0xff) throw new ApiError(400, 'API_BAD_REQUEST', 'protocol is no number up to 255');
  return Number(text);
}
