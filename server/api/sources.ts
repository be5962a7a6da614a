/** `GET /api/v1/sources/…`: all that one source did. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { maySeeTargets, roleOf } from '../access/role.ts';
import { SOURCE_GROUPS } from './breakdown-text.ts';
import { answerBreakdown, breakdownProperties, breakdownQuery } from './breakdowns.ts';
import { goneOf } from './gone.ts';
import { labelsOf } from './label-text.ts';
import { Labels } from './labels.ts';
import type { ApiParts } from './parts.ts';
import { readAddress } from './read-address.ts';
import { Problem } from './schemas.ts';

const Source = Type.Object({
  address: Type.String({ description: 'as it is written shortest' }),
  special: Type.Boolean({ description: 'nobody was given this address (RFC 6890): whoever sent forged it' }),
  ...breakdownProperties(SOURCE_GROUPS),
  labels: Labels,
  scanner: Type.Union([Type.Object({ name: Type.String(), list: Type.String() }), Type.Null()], {
    description: 'who scans from this address for research, by the operator’s lists',
  }),
});

export const sourceRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  const schema = {
    summary: 'all that one source did',
    params: Type.Object({ address: Type.String({ maxLength: 45, description: 'IPv4 or IPv6' }) }),
    querystring: breakdownQuery,
    response: { 200: Source, '4xx': Problem },
  };
  app.get('/api/v1/sources/:address', { schema }, async (request, reply) => {
    const gone = goneOf(request, reply);
    const { words, ...source } = readAddress(request.params.address);
    const breakdown = await answerBreakdown(parts, request, `src host ${source.address}`, SOURCE_GROUPS, gone);
    const evidence = await parts.evidence.of(breakdown.session, words);
    const labels = labelsOf(evidence, maySeeTargets(roleOf(request.raw, parts)));
    return { ...source, ...breakdown, labels, scanner: parts.scanners.find(words) };
  });
};
