/** `GET /api/v1/health`: whether the server works, for monitors. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ApiParts } from './parts.ts';

const Health = Type.Object({
  status: Type.Literal('ok'),
  software: Type.String(),
  uptimeSeconds: Type.Integer(),
  viewers: Type.Integer(),
  sensorsConnected: Type.Integer(),
  seriesMirror: Type.Unknown({ description: 'state of the InfluxDB that the series also go to; null without one' }),
});

export const healthRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  app.get('/api/v1/health', { schema: { summary: 'whether the server works', response: { 200: Health } } }, () => ({
    status: 'ok' as const,
    software: parts.software,
    uptimeSeconds: Math.floor(process.uptime()),
    viewers: parts.live.viewers.size,
    sensorsConnected: parts.channels().filter(({ peer }) => peer !== null).length,
    seriesMirror: parts.seriesMirror(),
  }));
};
