/** What series are called in InfluxDB: measurements and tags for our dimensions and keys, there and back. */
import { IpProtocol, protocolName, TrafficClass, trafficClassNames } from '../../../shared/protocols.ts';
import type { SeriesDimensionName } from '../ingest-commit.ts';
import { OTHER_PORT_KEY } from '../outbox.ts';

export type Tags = Readonly<Record<string, string>>;

export interface Measurement {
  readonly name: string;
  readonly tagNames: readonly string[];
  /** Different keys have different tags: InfluxDB would put one in the place of the other. */
  toTags(key: number): Tags;
  toKey(tags: Tags): number;
}

const OTHER = 'other';
const UNKNOWN_COUNTRY = 'unknown';

function numbered(names: Readonly<Record<string, number>>, name: string): number {
  return Object.hasOwn(names, name) ? names[name]! : Number(name);
}

function countryTag(key: number): string {
  if (key === 0) return UNKNOWN_COUNTRY;
  const letters = String.fromCharCode(key >> 8, key & 255);
  return /^[A-Z]{2}$/.test(letters) ? letters : String(key);
}

function countryKey(tag: string): number {
  if (tag === UNKNOWN_COUNTRY) return 0;
  return /^[A-Z]{2}$/.test(tag) ? tag.charCodeAt(0) * 256 + tag.charCodeAt(1) : Number(tag);
}

/** Every dimension, once. No address is ever a tag: millions of sources would be millions of series. */
export const measurements: Readonly<Record<SeriesDimensionName, Measurement>> = {
  total: { name: 'kurayami_total', tagNames: [], toTags: () => ({}), toKey: () => 0 },
  class: {
    name: 'kurayami_class',
    tagNames: ['class'],
    toTags: (key) => ({ class: trafficClassNames[key] || String(key) }),
    toKey: (tags) => numbered(TrafficClass, tags.class!),
  },
  protocol: {
    name: 'kurayami_protocol',
    tagNames: ['protocol'],
    toTags: (key) => ({ protocol: protocolName(key) }),
    toKey: (tags) => numbered(IpProtocol, tags.protocol!),
  },
  port: {
    name: 'kurayami_port',
    tagNames: ['port', 'protocol'],
    toTags(key) {
      if (key === OTHER_PORT_KEY) return { port: OTHER, protocol: OTHER };
      return { port: String(key & 0xffff), protocol: protocolName(key >>> 16) };
    },
    toKey({ port, protocol }) {
      return port === OTHER ? OTHER_PORT_KEY : numbered(IpProtocol, protocol!) * 65_536 + Number(port);
    },
  },
  country: {
    name: 'kurayami_country',
    tagNames: ['country'],
    toTags: (key) => ({ country: countryTag(key) }),
    toKey: (tags) => countryKey(tags.country!),
  },
  sensor: {
    name: 'kurayami_sensor',
    tagNames: ['sensor'],
    toTags: (key) => ({ sensor: String(key) }),
    toKey: (tags) => Number(tags.sensor),
  },
};

export type RetentionPolicy = 'live_1s' | 'live_1m' | 'sessions';

/** How long InfluxDB keeps each policy when we make it; an operator may change it there, and it stays changed. */
export const retentionDurations: Readonly<Record<RetentionPolicy, string>> = {
  live_1s: '7d',
  live_1m: '90d',
  // A session's capture may be of any year: counted from its data's time, it would be gone at once.
  sessions: 'INF',
};

export function retentionPolicy(session: number, resolution: number): RetentionPolicy {
  if (session !== 0) return 'sessions';
  return resolution === 1 ? 'live_1s' : 'live_1m';
}

/** Tags that sessions have besides: they share one policy, in which session and resolution must stay apart. */
export function sessionTags(session: number, resolution: number): Tags {
  return session === 0 ? {} : { bin: resolution === 1 ? '1s' : '1m', session: String(session) };
}
