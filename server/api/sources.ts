/** `GET /api/v1/sources/…`: all that one source did. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../shared/address.ts';
import { maySeeTargets, roleOf } from '../access/role.ts';
import { isSpecialAddress } from '../enrich/special-addresses.ts';
import { answerBreakdown, breakdownProperties, breakdownQuery, COMMON_GROUPS } from './breakdowns.ts';
import { Labels, labelsOf } from './labels.ts';
import type { ApiParts } from './parts.ts';
import { ApiError } from './problem.ts';
import { Problem } from './schemas.ts';

const GROUPS = ['port', 'protocol', ...COMMON_GROUPS] as const;

const Source = Type.Object({
  address: Type.String({ description: 'as it is written shortest' }),
  special: Type.Boolean({ description: 'nobody was given this address (RFC 6890): whoever sent forged it' }),
  ...breakdownProperties(GROUPS),
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
  app.get('/api/v1/sources/:address', { schema }, async (request) => {
    const { words, ...source } = readAddress(request.params.address);
    const breakdown = await answerBreakdown(parts, request, `src host ${source.address}`, GROUPS);
    const evidence = await parts.evidence.of(breakdown.session, words);
    const labels = labelsOf(evidence, maySeeTargets(roleOf(request.raw, parts)));
    return { ...source, ...breakdown, labels, scanner: parts.scanners.find(words) };
  });
};

interface ReadAddress {
  readonly address: string;
  readonly special: boolean;
  /** Four of them; IPv4 as ::ffff:a.b.c.d. */
  readonly words: Uint32Array;
}

function readAddress(text: string): ReadAddress {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== null) {
    const special = isSpecialAddress(4, Uint32Array.of(ipv4), 0);
    return { address: formatIpv4(ipv4), special, words: Uint32Array.of(0, 0, 0xffff, ipv4) };
  }
  const ipv6 = parseIpv6(text);
  if (ipv6 !== null)
    return { address: formatIpv6(ipv6), special: isSpecialAddress(6, ipv6, 0), words: Uint32Array.from(ipv6) };
  throw new ApiError(400, 'API_BAD_ADDRESS', `"${text}" is no address such as 192.0.2.1 or 2001:db8::1`);
}
