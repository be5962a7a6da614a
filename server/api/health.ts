/** `GET /api/v1/health`: whether the server works, for monitors. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ApiParts } from './parts.ts';

const Health = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('full')], {
    description: 'full: the disk is, and nothing is stored until there is room',
  }),
  software: Type.String(),
  uptimeSeconds: Type.Integer(),
  viewers: Type.Integer(),
  sensorsConnected: Type.Integer(),
  disk: Type.Unknown({ description: 'room on the disk of the data directory, in bytes, and the marks' }),
  flowStore: Type.Unknown({
    description:
      'flows in tables and in files; `problems` (`code`, `message`, `sinceSeconds`, `lastSeconds`), and `lastError`, which may be over',
  }),
  seriesMirror: Type.Unknown({ description: 'state of the InfluxDB that the series also go to; null without one' }),
});

export const healthRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  app.get(
    '/api/v1/health',
    { schema: { summary: 'whether the server works', response: { 200: Health } } },
    async () => ({
      status: parts.diskState().isFull ? ('full' as const) : ('ok' as const),
      software: parts.software,
      uptimeSeconds: Math.floor(process.uptime()),
      viewers: parts.live.viewers.size,
      sensorsConnected: parts.channels().filter(({ peer }) => peer !== null).length,
      disk: parts.diskState(),
      flowStore: await parts.flows
        .state()
        .catch(({ message }: Error) => ({ problems: [{ code: 'STORE_FAILED', message }] })),
      seriesMirror: parts.seriesMirror(),
    }),
  );
};
