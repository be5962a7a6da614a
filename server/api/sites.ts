/** Malicious sites as the API gives them: defanged, whatever the form. Nothing is ever fetched. */
import Type from 'typebox';
import { defang, defangHost } from '../detect/sites/index.ts';
import type { StoredSite } from '../store/stores.ts';
import { addressTexts, payloadId } from './payload-ids.ts';
import { Count, Time } from './schemas.ts';
import { timeText } from './span.ts';

export const Site = Type.Object({
  url: Type.String({ description: 'defanged: hxxp[:]//192[.]0[.]2[.]1/a' }),
  host: Type.String({ description: 'defanged' }),
  tool: Type.String({ description: 'that would fetch it, such as wget' }),
  steps: Type.Array(Type.String(), { description: 'what was undone to read it in the first of its payloads' }),
  cut: Type.Boolean({ description: 'the payload ends within it, and more may have followed' }),
  packets: Count,
  payloads: Type.Integer({ minimum: 0, description: 'distinct ones with it' }),
  sources: Type.Integer({ minimum: 0, description: 'near enough: standard error 6.5 %' }),
  sensors: Type.Array(Type.String()),
  first: Time,
  last: Time,
  sample: Type.Array(Type.String(), { description: 'some of its sources, those that came first' }),
  ids: Type.Array(Type.String(), { description: 'some of its payloads, those with most packets first' }),
});
export type Site = Type.Static<typeof Site>;
export const siteColumns = Object.keys(Site.properties) as readonly (keyof Site)[];

export function siteOf(site: StoredSite, namesOf: (sensors: readonly number[]) => string[]): Site {
  const { tool, url, steps, isCut, packets, payloads, sources, sensors, firstSeconds, lastSeconds } = site;
  return {
    url: defang(url),
    host: defangHost(url),
    tool,
    steps: [...steps],
    cut: isCut,
    packets,
    payloads,
    sources,
    sensors: namesOf(sensors),
    first: timeText(firstSeconds),
    last: timeText(lastSeconds),
    sample: addressTexts(site.sourceSample),
    ids: site.keys.map(payloadId),
  };
}
