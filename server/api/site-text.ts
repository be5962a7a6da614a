/** Malicious sites as the API writes them: defanged, whatever the form. Nothing is ever fetched. */
import { defang, defangHost } from '../detect/sites/index.ts';
import type { StoredSite } from '../store/stores.ts';
import { addressTexts, payloadId } from './payload-ids.ts';
import type { AskedSpan } from './span.ts';
import { timeText } from './time-text.ts';

export function siteOf(site: StoredSite, namesOf: (sensors: readonly number[]) => string[]) {
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

export function sitePage(
  { session, fromSeconds, toSeconds }: AskedSpan,
  { total, sites }: { readonly total: number; readonly sites: readonly StoredSite[] },
  namesOf: (sensors: readonly number[]) => string[],
) {
  return {
    session,
    from: timeText(fromSeconds),
    to: timeText(toSeconds),
    total,
    sites: sites.map((site) => siteOf(site, namesOf)),
  };
}
