/**
 * What a packet to an address that nobody uses is there for, as far as one packet tells: every packet is of exactly one class.
 * Ids are stored and sent, and never change their meaning; 0 is unknown, which flows from before the classes have.
 * Rules, their order and their sources: sensor/radiation/ and docs/radiation.md.
 */
export const Radiation = {
  scan: 1,
  backscatterSynAck: 2,
  backscatterRst: 3,
  backscatterIcmpUnreachable: 4,
  backscatterIcmpExceeded: 5,
  backscatterIcmpOther: 6,
  backscatterDns: 7,
  /** Answers of services that amplify, other than DNS. */
  backscatterUdp: 8,
  spoofed: 9,
  bogon: 10,
  erratic: 11,
  amplificationProbe: 12,
  misconfiguration: 13,
  other: 14,
} as const;
export type RadiationName = keyof typeof Radiation;
export type Radiation = (typeof Radiation)[RadiationName];

const UNKNOWN = 'unknown';

/** Name of an id, `unknown` for 0, and the number of what has no name. */
export function radiationText(id: number): string {
  return id === 0 ? UNKNOWN : (radiationNames[id - 1] ?? String(id));
}

/** The id of such a text; NaN for what is none. */
export function radiationId(text: string): number {
  if (text === UNKNOWN) return 0;
  return Object.hasOwn(Radiation, text) ? Radiation[text as RadiationName] : Number(text);
}

export const radiationNames = Object.keys(Radiation) as RadiationName[];
/** Names by id; index 0 is unused. */
export const radiationById: readonly (RadiationName | '')[] = ['', ...radiationNames];

/** Few enough for colours: answers of all kinds are one group, the others are a group each. The order is that of their colours. */
export const radiationGroups = [
  'scan',
  'backscatter',
  'amplificationProbe',
  'spoofed',
  'bogon',
  'erratic',
  'misconfiguration',
  'other',
] as const;
export type RadiationGroup = (typeof radiationGroups)[number];

const isBackscatter = (name: RadiationName) => name.startsWith('backscatter');

export const groupOfRadiation = (name: RadiationName): RadiationGroup =>
  isBackscatter(name) ? 'backscatter' : (name as RadiationGroup);

/** What a filter may ask for: a class, or `backscatter` for all its kinds. */
export const radiationWords: readonly (RadiationName | 'backscatter')[] = [...radiationNames, 'backscatter'];

/** Ids that a word of a filter stands for. */
export function radiationIds(word: string): readonly number[] {
  return radiationNames
    .filter((name) => name === word || groupOfRadiation(name) === word)
    .map((name) => Radiation[name]);
}
