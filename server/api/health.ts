/** `GET /api/v1/health`: whether the server works, for monitors. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { maySeeTargets, roleOf } from '../access/role.ts';
import type { FlowStoreState, StoreProblem } from '../store/stores.ts';
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
      'flows in tables and in files; `problems` (`code`, `message`, `sinceSeconds`, `lastSeconds`), and `lastError`, which may be over; what failed and where is told to analysts only',
  }),
  seriesMirror: Type.Unknown({
    description:
      'state of the InfluxDB that the series also go to; null without one; its address and last error are told to analysts only',
  }),
});

export const healthRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  app.get(
    '/api/v1/health',
    { schema: { summary: 'whether the server works', response: { 200: Health } } },
    async (request) => {
      const tellsAll = maySeeTargets(roleOf(request.raw, parts));
      const flowStore = await parts.flows
        .state()
        .catch(({ message }: Error) => ({ problems: [{ code: 'STORE_FAILED', message }], lastError: null }));
      const mirror = parts.seriesMirror();
      return {
        status: parts.diskState().isFull ? ('full' as const) : ('ok' as const),
        software: parts.software,
        uptimeSeconds: Math.floor(process.uptime()),
        viewers: parts.live.viewers.size,
        sensorsConnected: parts.channels().filter(({ peer }) => peer !== null).length,
        disk: parts.diskState(),
        flowStore: tellsAll ? flowStore : withoutPaths(flowStore),
        seriesMirror: tellsAll || mirror === null ? mirror : withoutAddress(mirror),
      };
    },
  );
};

type Told = Pick<StoreProblem, 'message'> & { readonly code: string };

/** Messages name files of the server, and are DuckDB's in part: a viewer gets words that are ours alone. */
function withoutPaths(state: FlowStoreState | { problems: Told[]; lastError: null }) {
  const plain = <Problem extends Told>(problem: Problem) => ({
    ...problem,
    message: `docs/errors.md explains ${problem.code}; analysts are told more`,
  });
  return { ...state, problems: state.problems.map(plain), lastError: state.lastError && plain(state.lastError) };
}

/** Only of which kind it is, and whether it goes. */
function withoutAddress(mirror: { readonly target?: string; readonly lastError?: string | null }) {
  const { target = '', lastError = null } = mirror;
  return {
    ...mirror,
    target: target.split(':', 1)[0],
    lastError: lastError && 'the series cannot be written there now; analysts are told why',
  };
}
