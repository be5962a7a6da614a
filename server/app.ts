/** The HTTP part of the server: routes, page, and what holds for every request. */
import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { isFromProxy, isOwnRequest } from './access/hosts.ts';
import { isForEveryone, roleOf } from './access/role.ts';
import { flowRoutes } from './api/flows.ts';
import { healthRoutes } from './api/health.ts';
import { ledgerRoutes } from './api/ledger.ts';
import { maliciousSiteRoutes } from './api/malicious-sites.ts';
import { metricsRoutes } from './api/metrics.ts';
import { networkRoutes } from './api/networks.ts';
import { packetRoutes } from './api/packets.ts';
import type { ApiParts } from './api/parts.ts';
import { payloadRoutes } from './api/payloads.ts';
import { portRoutes } from './api/ports.ts';
import { ApiError, asApiError, sendProblem } from './api/problem.ts';
import { sensorRoutes } from './api/sensors.ts';
import { seriesRoutes } from './api/series.ts';
import { signInRoutes } from './api/sign-in.ts';
import { sourceRoutes } from './api/sources.ts';
import { topRoutes } from './api/top.ts';

const routes = [
  healthRoutes,
  ledgerRoutes,
  sensorRoutes,
  seriesRoutes,
  topRoutes,
  flowRoutes,
  sourceRoutes,
  portRoutes,
  payloadRoutes,
  maliciousSiteRoutes,
  packetRoutes,
  metricsRoutes,
  networkRoutes,
  signInRoutes,
];

const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export async function buildApp(parts: ApiParts): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: 65_536,
    routerOptions: { maxParamLength: 100 },
    forceCloseConnections: true,
    ...(parts.tls ? { https: parts.tls } : {}),
  } as object).withTypeProvider<TypeBoxTypeProvider>();

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    const { names = [], proxy = '' } = parts.reach ?? {};
    if (!isFromProxy(request.raw, proxy))
      throw new ApiError(403, 'ACCESS_NOT_PROXY', 'this server is reached through its proxy only');
    if (!isOwnRequest(request.raw, names))
      throw new ApiError(403, 'ACCESS_WRONG_HOST', 'this server is not reached under that name');
    const role = roleOf(request.raw, parts);
    if (role === 'sensor') throw new ApiError(403, 'ACCESS_ROLE', 'a sensor’s token is for sending, not for reading');
    if (role === null && !isForEveryone(request.raw)) throw new ApiError(401, 'ACCESS_TOKEN', 'the token is not good');
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const { status, code, message, position, why } = asApiError(error);
    return sendProblem(reply, status, code, message, position, why);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, 404, 'NOT_FOUND', `there is nothing at ${request.url.slice(0, 200)}`),
  );

  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Kurayami',
        description: 'An open network telescope',
        version: parts.software.split(' ')[1] ?? '0',
      },
    },
  });
  for (const route of routes) await app.register(route, parts);
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, () => app.swagger());
  await app.register(fastifyStatic, { root: parts.pageFolder, index: 'index.html' });
  return app as unknown as FastifyInstance;
}
