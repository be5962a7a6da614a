/** `GET /api/v1/networks/…`: names of networks (autonomous systems). */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ApiParts } from './parts.ts';
import { ApiError } from './problem.ts';
import { Problem } from './schemas.ts';

/** A name changes with the list that comes with a new version of the program, if at all. */
const CACHED_SECONDS = 86_400;

const Number32 = Type.Integer({ minimum: 1, maximum: 0xffffffff, description: 'number of the network' });
const Network = Type.Object({
  asn: Number32,
  name: Type.String({ description: 'as its owner gave it: text of a stranger' }),
});

export const networkRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { networks }) => {
  const schema = {
    summary: 'name of a network',
    params: Type.Object({ asn: Number32 }),
    response: { 200: Network, '4xx': Problem },
  };
  app.get('/api/v1/networks/:asn', { schema }, ({ params: { asn } }, reply) => {
    const name = networks.nameOf(asn);
    if (name === null) throw new ApiError(404, 'API_NO_NETWORK', `no name is known of network ${asn}`);
    reply.header('cache-control', `private, max-age=${CACHED_SECONDS}`);
    return { asn, name };
  });
};
