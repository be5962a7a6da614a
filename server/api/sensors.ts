/** `GET /api/v1/sensors` and `/api/v1/sessions`: who reports, and what was recorded. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ApiParts } from './parts.ts';
import { Count, SessionId, Time } from './schemas.ts';
import { timeText } from './span.ts';

const Sensor = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  place: Type.Union([
    Type.Object({ name: Type.String(), latitude: Type.Number(), longitude: Type.Number() }),
    Type.Null(),
  ]),
  state: Type.Enum(['connected', 'finished', 'lost', 'absent'], {
    description: 'absent: not heard of since the server started',
  }),
  software: Type.Union([Type.String(), Type.Null()]),
});
const Session = Type.Object({
  id: SessionId,
  kind: Type.Enum(['live', 'file', 'simulated']),
  name: Type.String(),
  sensor: Type.Union([Type.Integer(), Type.Null()]),
  arrived: Time,
  first: Type.Union([Time, Type.Null()], { description: 'capture time of the first packet stored' }),
  last: Type.Union([Time, Type.Null()]),
  packets: Count,
});

export const sensorRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  app.get(
    '/api/v1/sensors',
    { schema: { summary: 'sensors and their state', response: { 200: Type.Array(Sensor) } } },
    async () => {
      const channels = parts.channels();
      return (await parts.catalog.sensors()).map(({ id, name, place }) => {
        const channel = channels.findLast(({ sensor }) => sensor.id === id);
        return {
          id,
          name,
          place,
          state: channel?.state ?? ('absent' as const),
          software: channel?.hello.software ?? null,
        };
      });
    },
  );
  app.get(
    '/api/v1/sessions',
    { schema: { summary: 'what was recorded', response: { 200: Type.Array(Session) } } },
    async () =>
      (await parts.catalog.sessions()).map(
        ({ id, kind, name, sensor, arrivedSeconds, firstSeconds, lastSeconds, packets }) => ({
          id,
          kind,
          name,
          sensor,
          arrived: timeText(arrivedSeconds),
          first: firstSeconds === null ? null : timeText(firstSeconds),
          last: lastSeconds === null ? null : timeText(lastSeconds),
          packets,
        }),
      ),
  );
};
