/** `GET /api/v1/sensors`: who reports. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { maySeeTargets, roleOf } from '../access/role.ts';
import type { Channel } from '../ingest/channel.ts';
import { latestChannels } from '../ingest/latest-channels.ts';
import { addressesWatched } from '../ingest/watch-book.ts';
import type { ApiParts } from './parts.ts';
import { Count, Time } from './schemas.ts';
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
  link: Type.Union([Type.Enum(['up', 'down', 'none']), Type.Null()], { description: 'of the interface' }),
  lastHeard: Type.Union([Time, Type.Null()], { description: 'a sensor reports twice a second' }),
  lostSince: Type.Union([Time, Type.Null()], {
    description: 'null while it is connected, and when it said that it ends',
  }),
  lagSeconds: Type.Union([Type.Number(), Type.Null()], { description: 'from capture to storing' }),
  droppedPackets: Type.Union([Count, Type.Null()], { description: 'by the kernel, and by a spool that was full' }),
  clockSteps: Type.Union([Count, Type.Null()], { description: 'times at which the clock of its host was set' }),
  addresses: Type.Union([Count, Type.Null()], { description: 'IPv4 addresses that it watches; for analysts only' }),
  spool: Type.Unknown({
    description: 'what waits on its disk, how old that is and how long the room will do; null without',
  }),
});
export const sensorRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  app.get(
    '/api/v1/sensors',
    { schema: { summary: 'sensors and their state', response: { 200: Type.Array(Sensor) } } },
    async (request) => {
      const channels = latestChannels(parts.channels());
      const withTargets = maySeeTargets(roleOf(request.raw, parts));
      return (await parts.catalog.sensors()).map(({ id, name, place }) => {
        const channel = channels.get(id);
        return {
          id,
          name,
          place,
          state: channel?.state ?? ('absent' as const),
          software: channel?.hello.software ?? null,
          ...reportOf(channel, withTargets),
        };
      });
    },
  );
};

/** What a sensor said last; all null for one that was not heard since the start of the server. */
function reportOf(channel: Channel | undefined, withTargets: boolean) {
  const health = channel?.health;
  const heard = channel === undefined ? null : timeText(channel.lastHeardMilliseconds / 1000);
  const dropped = health && (health.ledger.droppedByKernel ?? 0) + health.ledger.packetsSpoolDropped;
  return {
    link: health?.link ?? null,
    lastHeard: heard,
    lostSince: channel?.state === 'lost' ? heard : null,
    lagSeconds: health?.lagSeconds ?? null,
    droppedPackets: dropped ?? null,
    clockSteps: health?.clockSteps ?? null,
    addresses: withTargets && channel !== undefined ? addressesWatched(channel.hello.prefixes) : null,
    spool: health?.spool ?? null,
  };
}
