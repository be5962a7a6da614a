/** `payloads`, the sheet of one, and `malicious-sites`. */
import { ApiError } from '../../../server/api/api-error.ts';
import { readPayloadId } from '../../../server/api/payload-ids.ts';
import { payloadPage, wholePayload } from '../../../server/api/payload-text.ts';
import { sitePage } from '../../../server/api/site-text.ts';
import { listPayloads, payloadOfKey } from '../../../server/store/payload-memory/list-payloads.ts';
import { listSites, sitesOfPayload } from '../../../server/store/payload-memory/list-sites.ts';
import { IpProtocol } from '../../../shared/protocols.ts';
import { DROPPED_SENSOR } from '../dropped-messages.ts';
import { type AnswerRoute, askedOf, type FileParts } from './file-parts.ts';
import type { Query } from './query.ts';

const ORDERS = ['packets', 'sources', 'first', 'last'] as const;
const MOST_PAYLOADS = 500;
const MOST_SITES = 1_000;
const USUAL = 100;

export const payloads: AnswerRoute = {
  path: /^payloads$/,
  async answer(parts, query) {
    const { span } = await askedOf(parts, query);
    const port = query.integer('port', 0, 65_535);
    const protocol = protocolOf(query);
    const found = listPayloads(parts.payloads, {
      ...span,
      order: query.oneOf('order', ORDERS) ?? 'packets',
      limit: query.integer('limit', 1, MOST_PAYLOADS) ?? USUAL,
      withSites: query.oneOf('sites', ['true', 'false']) === 'true',
      ...(port === undefined ? {} : { port }),
      ...(protocol === undefined ? {} : { protocol }),
    });
    return payloadPage(span, found, parts.payloads.account(), namesOf(parts));
  },
};

export const payload: AnswerRoute = {
  path: /^payloads\/([^/]{1,40})$/,
  async answer(parts, query, [id]) {
    await askedOf(parts, query);
    const key = readPayloadId(id!);
    const found = payloadOfKey(parts.payloads, key);
    if (found === null) throw new ApiError(404, 'API_NO_PAYLOAD', `there is no payload ${id} in this session`);
    return wholePayload(found, sitesOfPayload(parts.payloads, key), namesOf(parts));
  },
};

export const maliciousSites: AnswerRoute = {
  path: /^malicious-sites$/,
  async answer(parts, query) {
    const { span } = await askedOf(parts, query);
    const found = listSites(parts.payloads, {
      ...span,
      order: query.oneOf('order', ORDERS) ?? 'packets',
      limit: query.integer('limit', 1, MOST_SITES) ?? USUAL,
    });
    return sitePage(span, found, namesOf(parts));
  },
};

const namesOf =
  ({ name }: FileParts) =>
  (sensors: readonly number[]) =>
    sensors.map((id) => (id === DROPPED_SENSOR ? name : String(id)));

function protocolOf(query: Query): number | undefined {
  const text = query.text('protocol', 3);
  return text === 'tcp' || text === 'udp' ? IpProtocol[text] : query.integer('protocol', 0, 255);
}
