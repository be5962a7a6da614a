/** Payloads as the API writes them. */
import { protocolName } from '../../shared/protocols.ts';
import type { PayloadAccount, StoredPayload, StoredSite } from '../store/stores.ts';
import { addressTexts, payloadId } from './payload-ids.ts';
import { siteOf } from './site-text.ts';
import type { AskedSpan } from './span.ts';
import { timeText } from './time-text.ts';

export const LISTED_BYTES = 256;

/** Names by number. */
export type NamesOf = (sensors: readonly number[]) => string[];

export function payloadPage(
  { session, fromSeconds, toSeconds }: AskedSpan,
  { total, payloads }: { readonly total: number; readonly payloads: readonly StoredPayload[] },
  account: PayloadAccount,
  namesOf: NamesOf,
) {
  return {
    session,
    from: timeText(fromSeconds),
    to: timeText(toSeconds),
    total,
    payloads: payloads.map((payload) => payloadOf(payload, namesOf, LISTED_BYTES)),
    account,
  };
}

/** `sites`: each of all payloads with it. */
export function wholePayload(payload: StoredPayload, sites: readonly StoredSite[], namesOf: NamesOf) {
  return {
    ...payloadOf(payload, namesOf, payload.bytes.length),
    sample: addressTexts(payload.sourceSample),
    siteList: sites.map((site) => siteOf(site, namesOf)),
  };
}

function payloadOf(payload: StoredPayload, namesOf: NamesOf, mostBytes: number) {
  const id = payloadId(payload);
  return {
    id,
    digest: id.slice(0, 16),
    protocol: protocolName(payload.protocol),
    bytes: payload.wireBytes,
    captured: payload.capturedBytes,
    kept: payload.bytes.length,
    packets: payload.packets,
    first: timeText(payload.firstSeconds),
    last: timeText(payload.lastSeconds),
    ports: [...payload.ports],
    morePorts: payload.hasMorePorts,
    sources: payload.sources,
    sensors: namesOf(payload.sensors),
    sites: payload.sites,
    hex: hexOf(payload.bytes.subarray(0, mostBytes)),
  };
}

const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
