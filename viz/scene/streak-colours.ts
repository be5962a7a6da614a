/** What a streak's colour says: its traffic class, its class of radiation, one of the busiest ports or countries, or the rule that it matches. */
import { trafficClassNames } from '../../shared/protocols.ts';
import { radiationColours, radiationGroups } from '../../shared/radiation.ts';
import { Tag, type TagName } from '../../shared/tags.ts';
import type { LiveTotals } from '../../shared/wire/messages.ts';
import type { StreakUniforms } from '../layers/streak-uniforms.ts';
import type { SceneSettings } from '../views/view.ts';
import { firstTag } from './first-tag.ts';
import type { StreakRing } from './streak-ring.ts';
import { radiationOf, STREAK_WORDS } from './streak-words.ts';

/** Colours are eight: 0 is unused, 7 is all that has no colour of its own. */
export const OTHER = 7;
const NAMED = 6;
/** There are more rules than colours: those that name a tool and are seen most. All others share the last colour. */
const COLOURED_RULES: readonly TagName[] = [
  'zmapLegacyTcp',
  'masscanTcp',
  'mirai',
  'zmapTcp',
  'nmapSyn',
  'unicornscan',
];
const FULL_BRIGHTNESS_STREAKS = 600;

export interface Category {
  /** Index of its colour, and bit of the mask. */
  readonly colour: number;
  /** A class id, a port, a country's two letters as one number, a tag's bit, or the place of a group of radiation; null for the others. */
  readonly key: number | null;
  /** Packets a second. */
  readonly rate: number;
}

/**
 * With more streaks in the air each gives a little less light. `room` is below 1 where the picture is smaller than lines and
 * sparks can become (a phone): they lie over each other sooner there.
 */
export function brightnessOf(inFlight: number, room = 1): number {
  return Math.max(0.3 * room, Math.min(1, (FULL_BRIGHTNESS_STREAKS * room) / Math.max(1, inFlight)));
}

export function countryKey(code: string): number {
  return code.length === 2 ? (code.charCodeAt(0) << 8) | code.charCodeAt(1) : 0;
}

export function countryOfKey(key: number): string {
  return key === 0 ? '' : String.fromCharCode(key >> 8, key & 0xff);
}

export class StreakColours {
  /** By colour, 1 to 6: what has it now. Whoever is still among the busiest keeps his. */
  #keys: (number | null)[] = [];
  /** Of every key of sixteen bits. */
  readonly #colourOfKey = new Uint8Array(65_536).fill(OTHER);
  #by: SceneSettings['colourBy'] = 'class';
  #version = 0;
  #shown = -1;

  /** The legend's entries, and from now on the colours of the picture. */
  update(by: SceneSettings['colourBy'], totals: LiveTotals | null): readonly Category[] {
    if (by !== this.#by) {
      this.#by = by;
      this.#keys = [];
      this.#colourOfKey.fill(OTHER);
      if (by === 'radiation') this.#colourOfKey.set(radiationColours);
      this.#version += 1;
    }
    if (by === 'class') return classCategories(totals);
    if (by === 'radiation') return radiationCategories(totals);
    const rates = by === 'port' ? portRates(totals) : by === 'country' ? countryRates(totals) : tagRates();
    this.#keep([...rates.keys()]);
    const named = this.#keys.flatMap((key, at) =>
      key === null ? [] : [{ colour: at + 1, key, rate: rates.get(key) ?? 0 }],
    );
    const all = totals?.rates.packetsPerSecond ?? 0;
    const rest = Math.max(0, all - named.reduce((sum, { rate }) => sum + rate, 0));
    return [...named, { colour: OTHER, key: null, rate: by === 'tag' ? Number.NaN : rest }];
  }

  /** The colour of a streak, as its shader finds it. */
  categoryOf({ words }: StreakRing, slot: number): number {
    const at = slot * STREAK_WORDS;
    if (this.#by === 'class') return words[at + 6]! & 7;
    return this.#colourOfKey[keyOf(this.#by, words, at)]!;
  }

  /** Hands the picture what changed. */
  apply(uniforms: StreakUniforms, mask: number): void {
    uniforms.colourBy.value = ['class', 'port', 'country', 'tag', 'radiation'].indexOf(this.#by);
    uniforms.categoryMask.value = mask;
    if (this.#shown === this.#version) return;
    this.#shown = this.#version;
    (uniforms.categoryOf.value.image.data as Uint8Array).set(this.#colourOfKey);
    uniforms.categoryOf.value.needsUpdate = true;
  }

  /** After the graphics card was lost, or the quality changed, it has to be told anew. */
  forgetShown(): void {
    this.#shown = -1;
  }

  #keep(busiest: readonly number[]): void {
    const wanted = busiest.slice(0, NAMED);
    const before = this.#keys.join();
    const keys = Array.from({ length: NAMED }, (_, at) => {
      const key = this.#keys[at] ?? null;
      return key !== null && busiest.includes(key) ? key : null;
    });
    for (const key of wanted) {
      const free = keys.indexOf(null);
      if (!keys.includes(key) && free >= 0) keys[free] = key;
    }
    this.#keys = keys;
    if (keys.join() === before) return;
    this.#version += 1;
    this.#colourOfKey.fill(OTHER);
    for (const [at, key] of keys.entries()) if (key !== null) this.#colourOfKey[key] = at + 1;
  }
}

function keyOf(by: SceneSettings['colourBy'], words: Uint32Array, at: number): number {
  if (by === 'port') return words[at + 3]! & 0xffff;
  if (by === 'country') return words[at + 4]! & 0xffff;
  if (by === 'radiation') return radiationOf(words[at + 6]!);
  return firstTag(words[at + 5]! >>> 8);
}

function radiationCategories(totals: LiveTotals | null): Category[] {
  return radiationGroups.map((_, at) => ({
    colour: at + 1,
    key: at,
    rate: totals?.radiationPacketsPerSecond?.[at + 1] ?? Number.NaN,
  }));
}

function classCategories(totals: LiveTotals | null): Category[] {
  return trafficClassNames.flatMap((name, id) =>
    name === '' ? [] : [{ colour: id, key: id, rate: totals?.classPacketsPerSecond[id] ?? 0 }],
  );
}

/** The totals count a minute of packets. */
const SECONDS = 60;

function portRates(totals: LiveTotals | null): Map<number, number> {
  const rates = new Map<number, number>();
  for (const { port, packets } of totals?.topPorts ?? []) rates.set(port, (rates.get(port) ?? 0) + packets / SECONDS);
  return rates;
}

function countryRates(totals: LiveTotals | null): Map<number, number> {
  return new Map(
    (totals?.topCountries ?? [])
      .filter(({ country }) => country !== '')
      .map(({ country, packets }) => [countryKey(country), packets / SECONDS]),
  );
}

/** Which rules match how much is not in the totals. */
function tagRates(): Map<number, number> {
  return new Map(COLOURED_RULES.map((name) => [Tag[name], Number.NaN]));
}
