/** `/api/v1/sessions`: what was recorded; analysts name it and delete it. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { maySeeTargets, roleOf } from '../access/role.ts';
import type { SessionRecord, SessionSize } from '../store/stores.ts';
import type { ApiParts } from './parts.ts';
import { ApiError } from './problem.ts';
import { Count, Problem, SessionId, Time } from './schemas.ts';
import { timeText } from './span.ts';

const LIVE_SESSION = 0;
const BODY_BYTES = 4_096;
const Session = Type.Object({
  id: SessionId,
  kind: Type.Enum(['live', 'file', 'simulated']),
  name: Type.String(),
  sensor: Type.Union([Type.Integer(), Type.Null()]),
  arrived: Time,
  first: Type.Union([Time, Type.Null()], { description: 'capture time of the first packet stored' }),
  last: Type.Union([Time, Type.Null()]),
  packets: Count,
  flows: Type.Integer({ minimum: 0, description: 'that are there' }),
  bytes: Type.Integer({ minimum: 0, description: 'that these take on the disk; of what is not in files yet, about' }),
  isFed: Type.Boolean({ description: 'something is on its way to it: it can be neither renamed nor deleted' }),
});
const params = Type.Object({ id: SessionId });
const Body = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
      description: 'without control characters',
    }),
  },
  { additionalProperties: false },
);

export const sessionRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  const listSchema = { summary: 'what was recorded', response: { 200: Type.Array(Session) } };
  app.get('/api/v1/sessions', { schema: listSchema }, async () => {
    const [records, sizes] = await Promise.all([parts.catalog.sessions(), parts.flows.sizes()]);
    return records.map((record) => sessionOf(record, sizes, parts));
  });

  const asAnalyst = async (request: FastifyRequest) => {
    if (!maySeeTargets(roleOf(request.raw, parts)))
      throw new ApiError(403, 'ACCESS_ANALYSTS', 'analysts rename and delete sessions: sign in as one');
  };
  const renameSchema = {
    summary: 'gives a session another name; for analysts',
    params,
    body: Body,
    response: { 200: Session, '4xx': Problem },
  };
  const rename = { schema: renameSchema, bodyLimit: BODY_BYTES, onRequest: asAnalyst };
  app.patch('/api/v1/sessions/:id', rename, async ({ params: { id }, body }) => {
    checkFree(id, parts);
    const record = await parts.sessions.renameSession(id, body.name);
    if (record === null) throw noSession(id);
    return sessionOf(record, await parts.flows.sizes(), parts);
  });

  const deleteSchema = {
    summary: 'deletes a session with all that is known of it; for analysts',
    params,
    response: { 204: Type.Null(), '4xx': Problem },
  };
  app.delete('/api/v1/sessions/:id', { schema: deleteSchema, onRequest: asAnalyst }, async ({ params }, reply) => {
    checkFree(params.id, parts);
    if (!(await parts.sessions.deleteSession(params.id))) throw noSession(params.id);
    return reply.code(204).send(null);
  });
};

/** Throws ApiError. */
function checkFree(id: number, { sessions }: Pick<ApiParts, 'sessions'>): void {
  if (id === LIVE_SESSION)
    throw new ApiError(409, 'API_SESSION_LIVE', 'the live session is always there: its flows go by retention');
  if (sessions.isFed(id))
    throw new ApiError(409, 'API_SESSION_FED', `something is on its way to session ${id}: stop its sensor first`);
}

const noSession = (id: number) => new ApiError(404, 'API_NO_SESSION', `there is no session ${id}`);

function sessionOf(
  record: SessionRecord,
  sizes: readonly SessionSize[],
  { sessions }: Pick<ApiParts, 'sessions'>,
): Type.Static<typeof Session> {
  const { id, kind, name, sensor, arrivedSeconds, firstSeconds, lastSeconds, packets } = record;
  const { flows, bytes } = sizes.find(({ session }) => session === id) ?? { flows: 0, bytes: 0 };
  return {
    ...{ id, kind, name, sensor, packets, flows, bytes },
    arrived: timeText(arrivedSeconds),
    first: firstSeconds === null ? null : timeText(firstSeconds),
    last: lastSeconds === null ? null : timeText(lastSeconds),
    isFed: sessions.isFed(id),
  };
}
