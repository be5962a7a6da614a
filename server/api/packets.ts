/** `GET /api/v1/packets` and `/api/v1/packets.pcapng`: recent packets as they were captured. For analysts: they give targets away. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { writePcapng } from '../../shared/pcapng.ts';
import { askerOf, turnNameOf } from '../access/role.ts';
import { addressBytes, type FoundPackets, findPackets } from '../packets/find-packets.ts';
import { type FlowEnds, type FlowSelection, selectFlows, TooManyFlows } from '../packets/flow-selection.ts';
import { leaveWithFlows } from '../packets/leave-with-flows.ts';
import { dearTurns } from './fair-turns.ts';
import { resolveFilter } from './filter.ts';
import { forAnalysts } from './for-analysts.ts';
import { goneOf, throwIfGone } from './gone.ts';
import type { ApiParts } from './parts.ts';
import { ApiError } from './problem.ts';
import { Count, FilterText, Problem, SessionId, spanProperties, Time } from './schemas.ts';
import { type AskedSpan, resolveSpan, timeText } from './span.ts';

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
  filter: FilterText,
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
  filteredOut: Type.Optional({ ...Count, description: 'packets that were looked at, and that `filter` left out' }),
});
const ListQuery = Type.Object({ ...wish, limit: limitOf(MOST_LISTED) });
const FileQuery = Type.Object({ ...wish, limit: limitOf(MOST_IN_FILE) });
type Query = Static<typeof ListQuery>;

export const packetRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  forAnalysts(app, parts, 'packets');
  const turns = dearTurns();
  const resolve = (query: Query) => resolveSpan(query, parts.catalog, () => parts.live.current().record.id);
  type Asking = FastifyRequest<{ Querystring: Query }>;
  const find = async (request: Asking, reply: FastifyReply, mostBytes: number) => {
    const { query, raw } = request;
    const gone = goneOf(request, reply);
    const span = await resolve(query);
    const goOn = () => throwIfGone(gone);
    const name = turnNameOf(askerOf(raw, parts), raw);
    return { span, ...(await turns.take(name, gone, () => findKept(parts, query, span, mostBytes, goOn))) };
  };

  const schema = {
    summary: 'recent packets as they were captured; for analysts',
    querystring: ListQuery,
    response: { 200: Page, '4xx': Problem },
  };
  app.get('/api/v1/packets', { schema }, async (request, reply) => {
    const { query } = request;
    const { span, packets, more, filteredOut } = await find(request, reply, MOST_LISTED_BYTES);
    return {
      session: span.session,
      from: timeText(span.fromSeconds),
      to: timeText(span.toSeconds),
      packets: packets.map(({ bytes, ...packet }) => ({ ...packet, bytes: Buffer.from(bytes).toString('base64') })),
      more,
      ...(isFiltered(query) ? { filteredOut } : {}),
    };
  });

  const fileSchema = { summary: 'the same as a pcapng file; for analysts', querystring: FileQuery };
  app.get('/api/v1/packets.pcapng', { schema: fileSchema }, async (request, reply) => {
    const { query } = request;
    const { span, packets, more, filteredOut } = await find(request, reply, MOST_FILE_BYTES);
    const { software } = parts;
    const [from, to] = [timeText(span.fromSeconds), timeText(span.toSeconds)];
    const left = isFiltered(query) ? `, without ${filteredOut} that "${query.filter}" does not select` : '';
    const comment = `Kurayami, session ${span.session}, ${from} to ${to}${left}${more ? ': the first of more' : ''}`;
    return reply
      .type('application/x-pcapng')
      .header('content-disposition', `attachment; filename="kurayami-${span.session}.pcapng"`)
      .send(Buffer.from(writePcapng(packets, { comment, application: software })));
  });
};

const isFiltered = ({ filter }: Query) => filter !== undefined && filter.trim() !== '';

/** Throws ApiError where nothing is kept, and says why. */
async function findKept(
  parts: ApiParts,
  query: Query,
  span: AskedSpan,
  mostBytes: number,
  goOn: () => void,
): Promise<FoundPackets> {
  const { packets: ring } = parts;
  const { session, toSeconds } = span;
  for (const address of [query.source, query.target]) if (address !== undefined) addressBytes(address);
  // A filter that is wrong is so whether there are packets or not. Whoever comes here may see targets.
  const { filter } = await resolveFilter(query.filter, parts.catalog, true);
  const keptFrom = ring === undefined ? 0 : await leaveWithFlows({ ...parts, ring }, session);
  const { present, expired, missing } = ring?.account(session) ?? { present: 0, expired: 0, missing: 0 };
  if (ring === undefined || present + expired + missing === 0)
    throw noPackets('notSent', `no sensor of session ${session} sends its packets here (--packets all)`);
  const ends = endsOf(query);
  const oldest = ring.oldestSeconds(session);
  // Flows of a time of which no packets are kept need not be looked for.
  const fromSeconds = Math.max(span.fromSeconds, keptFrom, Math.min(oldest ?? 0, toSeconds));
  const kept = { ...span, fromSeconds };
  const flows = filter === undefined ? undefined : await selected(selectFlows(parts.flows, kept, filter, ends, goOn));
  const asked = { ...ends, fromSeconds, toSeconds, limit: query.limit, mostBytes, goOn, ...(flows && { flows }) };
  const found = await findPackets(ring.frames(session, fromSeconds, toSeconds), asked);
  const hasGone = expired + missing > 0 && (oldest === null || span.fromSeconds < Math.max(oldest, keptFrom));
  if (found.packets.length + found.filteredOut === 0 && hasGone)
    throw noPackets(
      'expired',
      'packets of that time have gone: only the most recent are kept, and none without their flows',
    );
  return found;
}

function endsOf({ source, target, protocol, sourcePort, targetPort }: Query): FlowEnds {
  return {
    ...(source === undefined ? {} : { source }),
    ...(target === undefined ? {} : { target }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(sourcePort === undefined ? {} : { sourcePort }),
    ...(targetPort === undefined ? {} : { targetPort }),
  };
}

async function selected(selecting: Promise<FlowSelection>): Promise<FlowSelection> {
  try {
    return await selecting;
  } catch (error) {
    if (!(error instanceof TooManyFlows)) throw error;
    throw new ApiError(400, 'API_TOO_MANY_FLOWS', error.message);
  }
}

function noPackets(why: string, message: string): ApiError {
  return new ApiError(404, 'API_NO_PACKETS', message, undefined, why);
}
