/** `GET /api/v1/sources/…`: all that one source did. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../shared/address.ts';
import { isSpecialAddress } from '../enrich/special-addresses.ts';
import { answerBreakdown, breakdownProperties, breakdownQuery, COMMON_GROUPS } from './breakdowns.ts';
import type { ApiParts } from './parts.ts';
import { ApiError } from './problem.ts';
import { Problem } from './schemas.ts';

const GROUPS = ['port', 'protocol', ...COMMON_GROUPS] as const;

const Source = Type.Object({
  address: Type.String({ description: 'as it is written shortest' }),
  special: Type.Boolean({ description: 'nobody was given this address (RFC 6890): whoever sent forged it' }),
  ...breakdownProperties(GROUPS),
});

export const sourceRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  const schema = {
    summary: 'all that one source did',
    params: Type.Object({ address: Type.String({ maxLength: 45, description: 'IPv4 or IPv6' }) }),
    querystring: breakdownQuery,
    response: { 200: Source, '4xx': Problem },
  };
  app.get('/api/v1/sources/:address', { schema }, async (request) => {
    const source = readAddress(request.params.address);
    return { ...source, ...(await answerBreakdown(parts, request, `src host ${source.address}`, GROUPS)) };
  });
};

function readAddress(text: string): { address: string; special: boolean } {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== null) return { address: formatIpv4(ipv4), special: isSpecialAddress(4, Uint32Array.of(ipv4), 0) };
  const ipv6 = parseIpv6(text);
  if (ipv6 !== null) return { address: formatIpv6(ipv6), special: isSpecialAddress(6, ipv6, 0) };
  throw new ApiError(400, 'API_BAD_ADDRESS', `"${text}" is no address such as 192.0.2.1 or 2001:db8::1`);
}
