/** Payloads that are held, as they are asked for. */
import { countSources } from '../../../shared/wire/payloads.ts';
import type { PayloadKey, PayloadQuery, StoredPayload } from '../stores.ts';
import type { HeldPayload, MemoryPayloads } from './memory-payloads.ts';
import { byKey, inOrder, isWithin } from './payload-order.ts';

export function listPayloads(payloads: MemoryPayloads, query: Omit<PayloadQuery, 'session'>) {
  const { order, limit, port, protocol, withSites = false } = query;
  const found: HeldPayload[] = [];
  for (const held of payloads.all()) {
    const isWanted =
      isWithin(held, query) &&
      (port === undefined || held.ports.includes(port)) &&
      (protocol === undefined || held.protocol === protocol) &&
      (!withSites || held.sites.length > 0);
    if (isWanted) found.push(held);
  }
  const ordered = inOrder(found.sort(byKey).map(storedOf), order);
  return { total: found.length, payloads: ordered.slice(0, limit) };
}

export function payloadOfKey(payloads: MemoryPayloads, key: PayloadKey): StoredPayload | null {
  const held = payloads.get(key);
  return held === null ? null : storedOf(held);
}

function storedOf(held: HeldPayload): StoredPayload {
  const { digest, protocol, wireBytes, capturedBytes, bytes, packets, ports, hasMorePorts, sensors } = held;
  return {
    ...{ digest, protocol, wireBytes, capturedBytes, bytes, packets, ports, hasMorePorts, sensors },
    firstSeconds: held.firstMicros / 1e6,
    lastSeconds: held.lastMicros / 1e6,
    sources: countSources(held.sketch),
    sourceSample: held.sources,
    sites: held.sites.length,
  };
}
