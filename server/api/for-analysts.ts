/** Routes that only those who may see targets are answered by. */
import type { FastifyInstance } from 'fastify';
import { maySeeTargets, roleOf } from '../access/role.ts';
import type { ApiParts } from './parts.ts';
import { ApiError } from './problem.ts';

/** Of all routes of a plugin: before anything of the request is looked at. `what` begins the sentence of the refusal. */
export function forAnalysts(app: Pick<FastifyInstance, 'addHook'>, parts: ApiParts, what: string): void {
  app.addHook('onRequest', async (request) => {
    if (!maySeeTargets(roleOf(request.raw, parts)))
      throw new ApiError(403, 'ACCESS_TARGETS', `${what} may give targets away: sign in as an analyst`);
  });
}
