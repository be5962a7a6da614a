/** `GET /api/v1/packets` and `/api/v1/packets.pcapng`: recent packets as they were captured. For analysts: they give targets away. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { writePcapng } from '../../shared/pcapng.ts';
import { addressBytes, type FoundPackets, findPackets } from '../packets/find-packets.ts';
import { forAnalysts } from './for-analysts.ts';
import type { ApiParts } from './parts.ts';
import { ApiError } from './problem.ts';
import { Problem, SessionId, spanProperties, Time } from './schemas.ts';
import { type AskedSpan, resolveSpan, timeText } from './span.ts';
import { Turns } from './turns.ts';

const MOST_LISTED = 1_000;
const MOST_LISTED_BYTES = 4 << 20;
const MOST_IN_FILE = 100_000;
const MOST_FILE_BYTES = 32 << 20;

const Port = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535, description }));
const wish = {
  source: Type.Optional(Type.String({ maxLength: 45, description: 'address in the outermost IP header' })),
  target: Type.Optional(Type.String({ maxLength: 45 })),
  protocol: Type.Optional(Type.Integer({ minimum: 0, maximum: 255, description: 'number of the IP protocol' })),
  sourcePort: Port('or type of ICMP'),
  targetPort: Port('or code of ICMP'),
  ...spanProperties,
};
const limitOf = (most: number) => Type.Integer({ minimum: 1, maximum: most, default: most });
const Packet = Type.Object({
  seconds: Type.Integer({ description: 'whole seconds since 1970 UTC' }),
  nanoseconds: Type.Integer({ description: 'within the second' }),
  linkType: Type.Integer({ description: 'https://www.tcpdump.org/linktypes.html' }),
  originalLength: Type.Integer({ description: 'bytes on the wire' }),
  bytes: Type.String({ description: 'what was captured, in base64' }),
});
const Page = Type.Object({
  session: SessionId,
  from: Time,
  to: Time,
  packets: Type.Array(Packet, { description: 'oldest first' }),
  more: Type.Boolean({ description: 'there are more than these' }),
});
const ListQuery = Type.Object({ ...wish, limit: limitOf(MOST_LISTED) });
const FileQuery = Type.Object({ ...wish, limit: limitOf(MOST_IN_FILE) });
type Query = Static<typeof ListQuery>;

export const packetRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  forAnalysts(app, parts, 'packets');
  const turns = new Turns();
  const resolve = (query: Query) => resolveSpan(query, parts.catalog, () => parts.live.current().record.id);
  const find = (query: Query, span: AskedSpan, mostBytes: number, isGone: () => boolean) =>
    turns.take(isGone, () => findKept(parts, query, span, mostBytes));

  const schema = {
    summary: 'recent packets as they were captured; for analysts',
    querystring: ListQuery,
    response: { 200: Page, '4xx': Problem },
  };
  app.get('/api/v1/packets', { schema }, async ({ query, raw }) => {
    const span = await resolve(query);
    const { packets, more } = await find(query, span, MOST_LISTED_BYTES, () => raw.socket.destroyed);
    return {
      session: span.session,
      from: timeText(span.fromSeconds),
      to: timeText(span.toSeconds),
      packets: packets.map(({ bytes, ...packet }) => ({ ...packet, bytes: Buffer.from(bytes).toString('base64') })),
      more,
    };
  });

  const fileSchema = { summary: 'the same as a pcapng file; for analysts', querystring: FileQuery };
  app.get('/api/v1/packets.pcapng', { schema: fileSchema }, async ({ query, raw }, reply) => {
    const span = await resolve(query);
    const { packets, more } = await find(query, span, MOST_FILE_BYTES, () => raw.socket.destroyed);
    const { software } = parts;
    const [from, to] = [timeText(span.fromSeconds), timeText(span.toSeconds)];
    const comment = `Kurayami, session ${span.session}, ${from} to ${to}${more ? ': the first of more' : ''}`;
    return reply
      .type('application/x-pcapng')
      .header('content-disposition', `attachment; filename="kurayami-${span.session}.pcapng"`)
      .send(Buffer.from(writePcapng(packets, { comment, application: software })));
  });
};

/** Throws ApiError where nothing is kept, and says why. */
async function findKept(
  { packets: ring }: ApiParts,
  { source, target, protocol, sourcePort, targetPort, limit }: Query,
  { session, fromSeconds, toSeconds }: AskedSpan,
  mostBytes: number,
): Promise<FoundPackets> {
  for (const address of [source, target]) if (address !== undefined) addressBytes(address);
  const { present, expired, missing } = ring?.account(session) ?? { present: 0, expired: 0, missing: 0 };
  if (ring === undefined || present + expired + missing === 0)
    throw noPackets('notSent', `no sensor of session ${session} sends its packets here (--packets all)`);
  const asked = {
    ...{ fromSeconds, toSeconds, limit, mostBytes },
    ...(source === undefined ? {} : { source }),
    ...(target === undefined ? {} : { target }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(sourcePort === undefined ? {} : { sourcePort }),
    ...(targetPort === undefined ? {} : { targetPort }),
  };
  const found = await findPackets(ring.frames(session, fromSeconds, toSeconds), asked);
  const oldest = ring.oldestSeconds(session);
  const hasGone = expired + missing > 0 && (oldest === null || fromSeconds < oldest);
  if (found.packets.length === 0 && hasGone)
    throw noPackets('expired', 'packets of that time have gone: only the most recent are kept');
  return found;
}

function noPackets(why: string, message: string): ApiError {
  return new ApiError(404, 'API_NO_PACKETS', message, undefined, why);
}
