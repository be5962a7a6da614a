/** What series are called in InfluxDB: measurements and tags for our dimensions and keys, there and back. */
import { IpProtocol, protocolName, TrafficClass, trafficClassNames } from '../../../shared/protocols.ts';
import { radiationId, radiationText } from '../../../shared/radiation.ts';
import { Tag, type TagName, tagNames } from '../../../shared/tags.ts';
import { OTHER_KEY, otherText, type SeriesDimensionName, SeriesResolution } from '../ingest-commit.ts';

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

function tagText(key: number): string {
  return tagNames.find((name) => Tag[name] === key) ?? String(key);
}

function tagKey(text: string): number {
  return Object.hasOwn(Tag, text) ? Tag[text as TagName] : Number(text);
}

/** Every dimension, once. No address is ever a tag: millions of sources would be millions of series. */
const measurementsOfKeys: Readonly<
  Record<
    Exclude<SeriesDimensionName, 'total' | 'port'>,
    [tag: string, text: (key: number) => string, key: (text: string) => number]
  >
> = {
  class: ['class', (key) => trafficClassNames[key] || String(key), (text) => numbered(TrafficClass, text)],
  protocol: ['protocol', protocolName, (text) => numbered(IpProtocol, text)],
  country: ['country', countryTag, countryKey],
  sensor: ['sensor', String, Number],
  network: ['network', (key) => `AS${key}`, (text) => Number(text.slice(2))],
  tag: ['tag', tagText, tagKey],
  radiation: ['radiation', radiationText, radiationId],
};

function ofKeys(dimension: keyof typeof measurementsOfKeys): Measurement {
  const [name, text, key] = measurementsOfKeys[dimension];
  const other = otherText(dimension);
  return {
    name: `kurayami_${dimension}`,
    tagNames: [name],
    toTags: (number) => ({ [name]: number === OTHER_KEY ? other : text(number) }),
    toKey: (tags) => (tags[name] === other ? OTHER_KEY : key(tags[name]!)),
  };
}

export const measurements: Readonly<Record<SeriesDimensionName, Measurement>> = {
  total: { name: 'kurayami_total', tagNames: [], toTags: () => ({}), toKey: () => 0 },
  class: ofKeys('class'),
  protocol: ofKeys('protocol'),
  port: {
    name: 'kurayami_port',
    tagNames: ['port', 'protocol'],
    toTags(key) {
      if (key === OTHER_KEY) return { port: OTHER, protocol: OTHER };
      return { port: String(key & 0xffff), protocol: protocolName(key >>> 16) };
    },
    toKey({ port, protocol }) {
      return port === OTHER ? OTHER_KEY : numbered(IpProtocol, protocol!) * 65_536 + Number(port);
    },
  },
  country: ofKeys('country'),
  sensor: ofKeys('sensor'),
  network: ofKeys('network'),
  tag: ofKeys('tag'),
  radiation: ofKeys('radiation'),
};

export type RetentionPolicy = 'live_1s' | 'live_1m' | 'live_5m' | 'live_1h' | 'live_1d' | 'sessions';

/** How long InfluxDB keeps each policy when we make it; an operator may change it there, and it stays changed. */
export const retentionDurations: Readonly<Record<RetentionPolicy, string>> = {
  live_1s: '7d',
  live_1m: '730d',
  live_5m: '1825d',
  live_1h: 'INF',
  live_1d: 'INF',
  // A session's capture may be of any year: counted from its data's time, it would be gone at once.
  sessions: 'INF',
};

const BIN_NAMES: Readonly<Record<number, '1s' | '1m' | '5m' | '1h' | '1d'>> = {
  [SeriesResolution.second]: '1s',
  [SeriesResolution.minute]: '1m',
  [SeriesResolution.fiveMinutes]: '5m',
  [SeriesResolution.hour]: '1h',
  [SeriesResolution.day]: '1d',
};

export function retentionPolicy(session: number, resolution: number): RetentionPolicy {
  return session === 0 ? `live_${BIN_NAMES[resolution]!}` : 'sessions';
}

export function binTag(resolution: number): Tags {
  return { bin: BIN_NAMES[resolution]! };
}

/** Tags that sessions have besides: they share one policy, in which session and resolution must stay apart. */
export function sessionTags(session: number, resolution: number): Tags {
  return session === 0 ? {} : { ...binTag(resolution), session: String(session) };
}
