/** What may stand in a filter over flows, and what it means in the page's language. */
import { ipProtocols, services } from '../../shared/filter/names.ts';
import { trafficClassNames } from '../../shared/protocols.ts';
import { radiationNames } from '../../shared/radiation.ts';
import { tagNames } from '../../shared/tags.ts';
import { countryCodes } from '../scene/country-codes.ts';
import { portServices } from '../text/format.ts';
import { radiationAbout, radiationName } from '../text/radiation.ts';
import type { Text, TextKey } from '../text/text.ts';

export interface Word {
  /** What is written into the filter. */
  readonly insert: string;
  /** What it means. */
  readonly note: string;
  /** By which it is found, in small letters; the text itself is one of them. */
  readonly names: readonly string[];
}

/** What only the running page knows. */
export interface Surroundings {
  readonly text: Text;
  readonly countryName: (code: string) => string;
  /** Codes of the countries that send most now, most first. */
  readonly busyCountries: readonly string[];
  /** Names of sensors. */
  readonly sensors: readonly string[];
  /** Networks that sent something, most first. */
  readonly networks: readonly { readonly asn: number; readonly name: string }[];
  readonly seesTargets: boolean;
}

const word = (insert: string, note: string, ...names: string[]): Word => ({
  insert,
  note,
  names: [insert, ...names].map((name) => name.toLowerCase()),
});

/** Words with which a condition begins, those used most first. Addresses of targets are secret. */
const starters: readonly (readonly [insert: string, key: TextKey, isSecret?: true])[] = [
  ['dst port', 'wordDstPort'],
  ['country', 'wordCountry'],
  ['src net', 'wordSrcNet'],
  ['src host', 'wordSrcHost'],
  ['asn', 'wordAsn'],
  ['tag', 'wordTag'],
  ['class', 'wordClass'],
  ['radiation', 'wordRadiation'],
  ['sensor', 'wordSensor'],
  ['tcp', 'wordProtocol'],
  ['udp', 'wordProtocol'],
  ['icmp', 'wordProtocol'],
  ['icmp6', 'wordProtocol'],
  ['not', 'wordNot'],
  ['src port', 'wordSrcPort'],
  ['dst portrange', 'wordDstPortrange'],
  ['port', 'wordPort'],
  ['portrange', 'wordPortrange'],
  ['dst host', 'wordDstHost', true],
  ['dst net', 'wordDstNet', true],
  ['host', 'wordHost', true],
  ['net', 'wordNet', true],
  ['ip', 'wordFamily'],
  ['ip6', 'wordFamily'],
  ['proto', 'wordProto'],
  ['packets', 'wordPackets'],
  ['wirebytes', 'wordWirebytes'],
  ['ttl', 'wordTtl'],
  ['iplength', 'wordIplength'],
  ['synwindow', 'wordSynwindow'],
  ['vlan', 'wordVlan'],
  ['fragment', 'wordFragment'],
  ['tunnel', 'wordTunnel'],
  ['inner', 'wordInner', true],
  ['sctp', 'wordProtocol'],
  ['igmp', 'wordProtocol'],
  ['esp', 'wordProtocol'],
];

export function starterWords({ text, seesTargets }: Surroundings): Word[] {
  return starters.flatMap(([insert, key, isSecret]) => (isSecret && !seesTargets ? [] : [word(insert, text[key])]));
}

export function joiningWords({ text }: Surroundings): Word[] {
  return [word('and', text.wordAnd), word('or', text.wordOr)];
}

export function directedWords(direction: string, { text, seesTargets }: Surroundings): Word[] {
  const [port, portrange] = [word('port', text.wordPort), word('portrange', text.wordPortrange)];
  const addresses = [word('host', text.wordHost), word('net', text.wordNet)];
  return direction === 'dst' && !seesTargets ? [port, portrange] : [port, ...addresses, portrange];
}

export function directionWords({ text }: Surroundings): Word[] {
  return [
    word('dst port', text.wordDstPort),
    word('src port', text.wordSrcPort),
    word('dst', text.wordDst),
    word('src', text.wordSrc),
  ];
}

export function comparisonWords({ text }: Surroundings): Word[] {
  return ['=', '!=', '<', '<=', '>', '>='].map((sign) => word(sign, text.wordCompare));
}

const countries = new WeakMap<Text, Word[]>();

/** Made once for a language: it is asked for at every letter that is typed. */
export function countryWords(around: Surroundings): Word[] {
  const made = countries.get(around.text) ?? makeCountryWords(around);
  countries.set(around.text, made);
  const busy = around.busyCountries.flatMap((code) => made.find(({ insert }) => insert === code) ?? []);
  return [...new Set([...busy, ...made])];
}

function makeCountryWords({ countryName }: Surroundings): Word[] {
  const english = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });
  const known = countryCodes.map((code) => word(code, countryName(code), countryName(code), english.of(code) ?? code));
  return [...known, word('unknown', countryName(''), countryName(''))];
}

export function networkWords({ networks }: Surroundings): Word[] {
  return networks.map(({ asn, name }) => word(String(asn), name, name, `as${asn}`));
}

export function sensorWords({ sensors, text }: Surroundings): Word[] {
  // A quotation mark cannot stand in quotes.
  return sensors.filter((name) => !name.includes('"')).map((name) => word(quoted(name), text.wordSensor, name));
}

const quoted = (name: string) => (/^[A-Za-z][A-Za-z0-9_-]*$/.test(name) ? name : `"${name}"`);

export function classWords({ text }: Surroundings): Word[] {
  return trafficClassNames.filter((name) => name !== '').map((name) => word(name, text[name], text[name]));
}

export function radiationWordsOf({ text }: Surroundings): Word[] {
  const named = radiationNames.map((name) => word(name, radiationAbout(name, text), radiationName(name, text)));
  const all = word('backscatter', text.radiationBackscatter, text.radiationBackscatter);
  return [...named, all, word('unknown', text.aboutRadiationUnknown, text.radiationUnknown)];
}

export function tagWords({ text }: Surroundings): Word[] {
  return tagNames.map((name) => word(name, text.wordTag));
}

export function protocolWords({ text }: Surroundings): Word[] {
  return Object.entries(ipProtocols).map(([name, number]) => word(name, `${text.wordProto} ${number}`));
}

/** Ports with the names of their services; those that darknets see often come first. */
export function portWords(): Word[] {
  const names = new Map<number, Set<string>>();
  const add = (port: number, name: string) => names.set(port, (names.get(port) ?? new Set()).add(name));
  for (const [key, name] of Object.entries(portServices)) add(Number(key.split('/')[1]), name);
  for (const [name, { port }] of Object.entries(services)) add(port, name);
  return [...names].map(([port, all]) => {
    const different = [...all].filter((name, at, list) => list.findIndex((other) => isSame(other, name)) === at);
    return word(String(port), different.slice(0, 2).join(', '), ...all);
  });
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** The same words with others before them: `country` makes of `CN` the condition `country CN`. */
export function prefixed(prefix: string, words: readonly Word[]): Word[] {
  return words.map(({ insert, note, names }) => ({ insert: `${prefix} ${insert}`, note, names }));
}
