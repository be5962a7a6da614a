/** Sign-in on the page: a token is exchanged for a cookie, once. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { signInCookie } from '../access/cookie.ts';
import { ANYONE, type Asker, askerOf, maySeeTargets, signInOf } from '../access/role.ts';
import type { TokenRecord } from '../access/token-file.ts';
import { WrongTries } from '../access/wrong-tries.ts';
import type { ApiParts } from './parts.ts';
import { ApiError } from './problem.ts';
import { Problem } from './schemas.ts';

const BODY_BYTES = 1_024;
const Body = Type.Object({
  token: Type.String({ minLength: 1, maxLength: 200, description: 'as "kurayami token add" printed it' }),
});
const Me = Type.Object({
  role: Type.Enum(['viewer', 'analyst', 'administrator']),
  name: Type.Union([Type.String(), Type.Null()], { description: 'that of the token; null for whoever showed none' }),
  seesTargets: Type.Boolean(),
});
const response = { 200: Me, '4xx': Problem, 503: Problem };

export const signInRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  const { tokens, signIns } = parts;
  const tries = new WrongTries();

  const signIn = { summary: 'exchanges a token for the cookie of a sign-in', body: Body, response };
  app.post('/api/v1/sign-in', { schema: signIn, bodyLimit: BODY_BYTES }, (request, reply) => {
    const waitSeconds = tries.waitSeconds();
    if (waitSeconds > 0) {
      reply.header('retry-after', String(waitSeconds));
      throw new ApiError(429, 'ACCESS_TOO_MANY_TRIES', `too many wrong tokens: try again in ${waitSeconds} s`);
    }
    const record = tokens.find(request.body.token);
    if (record === null) {
      tries.count();
      throw new ApiError(401, 'ACCESS_TOKEN', 'the token is not good');
    }
    if (record.role === 'sensor')
      throw new ApiError(403, 'ACCESS_ROLE', 'a sensor’s token is for sending, not for reading');
    const before = signInOf(request.raw, signIns);
    if (before !== null) signIns.end(before);
    const id = signIns.begin(record);
    if (id === null)
      throw new ApiError(503, 'TOO_MANY_SIGN_INS', 'too many are signed in: sign out elsewhere, or try again later');
    reply.header('set-cookie', signInCookie(request.raw, id));
    return meOf(record);
  });

  const signOut = { summary: 'ends the sign-in and takes the cookie away', response };
  app.post('/api/v1/sign-out', { schema: signOut, bodyLimit: BODY_BYTES }, (request, reply) => {
    const before = signInOf(request.raw, signIns);
    if (before !== null) signIns.end(before);
    reply.header('set-cookie', signInCookie(request.raw, null));
    return meOf(askerOf(request.raw, parts) ?? ANYONE);
  });

  app.get('/api/v1/me', { schema: { summary: 'who asks, and what one may see', response } }, (request) =>
    meOf(askerOf(request.raw, parts) ?? ANYONE),
  );
};

/** Sensors and tokens that are not good have been refused by now. */
function meOf({ role, name }: Pick<Asker, 'role' | 'name'> | TokenRecord): Type.Static<typeof Me> {
  return { role: role as Exclude<Asker['role'], 'sensor'>, name, seesTargets: maySeeTargets(role) };
}
