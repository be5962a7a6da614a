/** The addresses that payloads which are held would fetch from: each once a tool, of all payloads with it. */
import { countSources, SOURCE_REGISTERS } from '../../../shared/wire/payloads.ts';
import type { PayloadSite } from '../../detect/sites/index.ts';
import type { PayloadKey, SiteQuery, StoredSite } from '../stores.ts';
import { type HeldPayload, type MemoryPayloads, unitedSources, uniteSketch } from './memory-payloads.ts';
import { byKey, inOrder, isWithin } from './payload-order.ts';

const MOST_KEYS = 16;

interface FoundSite {
  readonly tool: PayloadSite['tool'];
  readonly url: string;
  readonly in: { readonly site: PayloadSite; readonly payload: HeldPayload }[];
}

export function listSites(payloads: MemoryPayloads, query: Omit<SiteQuery, 'session'>) {
  const spanOf = ({ in: all }: FoundSite) => ({
    firstMicros: Math.min(...all.map(({ payload }) => payload.firstMicros)),
    lastMicros: Math.max(...all.map(({ payload }) => payload.lastMicros)),
  });
  const found = sitesOfAll(payloads).filter((site) => isWithin(spanOf(site), query));
  const sites = inOrder(found.map(storedOf), query.order).slice(0, query.limit);
  return { total: found.length, sites };
}

/** Those of one payload; their figures are of all payloads with them. */
export function sitesOfPayload(payloads: MemoryPayloads, key: PayloadKey): StoredSite[] {
  const held = payloads.get(key);
  if (held === null) return [];
  const found = sitesOfAll(payloads).filter((site) => site.in.some(({ payload }) => payload === held));
  return inOrder(found.map(storedOf), 'packets');
}

/** By tool and address. */
function sitesOfAll(payloads: MemoryPayloads): FoundSite[] {
  const found = new Map<string, FoundSite>();
  for (const payload of payloads.all())
    for (const site of payload.sites) {
      const { tool, url } = site;
      const name = `${tool} ${url}`;
      const known = found.get(name) ?? { tool, url, in: [] };
      known.in.push({ site, payload });
      found.set(name, known);
    }
  const text = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);
  return [...found.values()].sort((a, b) => text(a.tool, b.tool) || text(a.url, b.url));
}

function storedOf({ tool, url, in: all }: FoundSite): StoredSite {
  const byTime = [...all].sort((a, b) => a.payload.firstMicros - b.payload.firstMicros);
  const sketch = new Uint8Array(SOURCE_REGISTERS);
  const sensors = new Set<number>();
  let [packets, lastMicros] = [0, Number.NEGATIVE_INFINITY];
  for (const { payload } of all) {
    packets += payload.packets;
    lastMicros = Math.max(lastMicros, payload.lastMicros);
    uniteSketch(sketch, payload.sketch);
    for (const sensor of payload.sensors) sensors.add(sensor);
  }
  const keys = all
    .map(({ payload }) => payload)
    .sort((a, b) => b.packets - a.packets || byKey(a, b))
    .slice(0, MOST_KEYS);
  return {
    ...{ tool, url, packets, payloads: all.length },
    steps: byTime[0]!.site.steps,
    isCut: all.every(({ site }) => site.isCut),
    firstSeconds: byTime[0]!.payload.firstMicros / 1e6,
    lastSeconds: lastMicros / 1e6,
    sources: countSources(sketch),
    sourceSample: unitedSources(byTime.map(({ payload }) => payload.sources)),
    sensors: [...sensors].sort((a, b) => a - b),
    keys: keys.map(({ digest, protocol, wireBytes }) => ({ digest, protocol, wireBytes })),
  };
}
