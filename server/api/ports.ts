/** `GET /api/v1/ports/…`: all about a target port. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { PORT_GROUPS } from './breakdown-text.ts';
import { answerBreakdown, breakdownProperties, breakdownQuery } from './breakdowns.ts';
import { goneOf } from './gone.ts';
import type { ApiParts } from './parts.ts';
import { Problem } from './schemas.ts';

const Port = Type.Object({
  port: Type.String({ description: 'such as 23/tcp' }),
  ...breakdownProperties(PORT_GROUPS),
});

export const portRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  const schema = {
    summary: 'all about a target port',
    params: Type.Object({
      protocol: Type.Enum(['tcp', 'udp']),
      port: Type.Integer({ minimum: 0, maximum: 65_535 }),
    }),
    querystring: breakdownQuery,
    response: { 200: Port, '4xx': Problem },
  };
  app.get('/api/v1/ports/:protocol/:port', { schema }, async (request, reply) => {
    const { protocol, port } = request.params;
    const own = `${protocol} dst port ${port}`;
    const breakdown = await answerBreakdown(parts, request, own, PORT_GROUPS, goneOf(request, reply));
    return { port: `${port}/${protocol}`, ...breakdown };
  });
};
