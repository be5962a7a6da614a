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

/**
 * Few enough for colours, of which the number of a group is the place from 1: answers of all kinds are one group, and so are
 * forged sources and those that cannot be.
 */
export const radiationGroups = [
  'scan',
  'backscatter',
  'amplificationProbe',
  'spoofed',
  'erratic',
  'misconfiguration',
  'other',
] as const;
export type RadiationGroup = (typeof radiationGroups)[number];

const isBackscatter = (name: RadiationName) => name.startsWith('backscatter');

function groupOf(name: RadiationName): RadiationGroup {
  if (isBackscatter(name)) return 'backscatter';
  return name === 'bogon' ? 'spoofed' : (name as RadiationGroup);
}

/** Colour of each id; what is unknown, and what has no name, has that of the others. */
export const radiationColours: Uint8Array = Uint8Array.from({ length: 256 }, (_, id) => {
  const name = radiationNames[id - 1];
  return name === undefined ? radiationGroups.length : radiationGroups.indexOf(groupOf(name)) + 1;
});

/** What a filter may ask for: a class, `backscatter` for all its kinds, or what has none. */
export const radiationWords: readonly string[] = [...radiationNames, 'backscatter', UNKNOWN];

/** Ids that a word of a filter stands for. */
export function radiationIds(word: string): readonly number[] {
  if (word === UNKNOWN) return [0];
  const names = radiationNames.filter((name) => name === word || (word === 'backscatter' && isBackscatter(name)));
  return names.map((name) => Radiation[name]);
}
