/** `GET /api/v1/malicious-sites`: addresses that commands in payloads would fetch from, as an answer or as a file. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { csvOf } from './csv.ts';
import { forAnalysts } from './for-analysts.ts';
import type { ApiParts } from './parts.ts';
import { sensorNames } from './payload-ids.ts';
import { Count, PayloadOrder, Problem, SessionId, spanProperties, Time } from './schemas.ts';
import { sitePage } from './site-text.ts';
import { Site, siteColumns } from './sites.ts';
import { resolveSpan } from './span.ts';

const Query = Type.Object({
  order: PayloadOrder,
  limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100 }),
  format: Type.Enum(['json', 'csv', 'ndjson'], { default: 'json', description: 'csv and ndjson: the sites as a file' }),
  ...spanProperties,
});
const Sites = Type.Object({ session: SessionId, from: Time, to: Time, total: Count, sites: Type.Array(Site) });

export const maliciousSiteRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  forAnalysts(app, parts, 'payloads');
  const schema = {
    summary: 'addresses that commands in payloads would fetch from, defanged; for analysts',
    querystring: Query,
    response: { 200: Sites, '4xx': Problem },
  };
  app.get('/api/v1/malicious-sites', { schema }, async ({ query: { order, limit, format, ...asked } }, reply) => {
    const span = await resolveSpan(asked, parts.catalog, () => parts.live.current().record.id);
    const found = await parts.payloads.sites({ ...span, order, limit });
    const page = sitePage(span, found, await sensorNames(parts.catalog));
    if (format === 'csv') return download(reply, 'text/csv; charset=utf-8', 'csv', csvOf(siteColumns, page.sites));
    if (format === 'ndjson') {
      const lines = page.sites.map((site) => `${JSON.stringify(site)}\n`).join('');
      return download(reply, 'application/x-ndjson', 'ndjson', lines);
    }
    return page;
  });
};

function download(reply: FastifyReply, type: string, ending: string, text: string): never {
  reply.type(type).header('content-disposition', `attachment; filename="malicious-sites.${ending}"`);
  return reply.send(text) as never;
}
