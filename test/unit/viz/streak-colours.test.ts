import { expect, test } from 'vitest';
import { fingerprintRules } from '../../../shared/fingerprints.ts';
import { Radiation } from '../../../shared/radiation.ts';
import { Tag } from '../../../shared/tags.ts';
import type { LiveTotals } from '../../../shared/wire/messages.ts';
import { createStreakUniforms } from '../../../viz/layers/streak-uniforms.ts';
import { firstTag, HINT_TAGS } from '../../../viz/scene/first-tag.ts';
import { brightnessOf, countryKey, countryOfKey, OTHER, StreakColours } from '../../../viz/scene/streak-colours.ts';
import type { StreakRing } from '../../../viz/scene/streak-ring.ts';
import { STREAK_WORDS } from '../../../viz/scene/streak-words.ts';

const totalsOf = (ports: readonly number[], countries: readonly string[] = []) =>
  ({
    rates: { packetsPerSecond: 100, flowsPerSecond: 1, bytesPerSecond: 1 },
    topPorts: ports.map((port, at) => ({ protocol: 6, port, packets: 600 - at })),
    topCountries: countries.map((country) => ({ country, packets: 60 })),
    classPacketsPerSecond: [0, 5],
  }) as unknown as LiveTotals;

const tableOf = (colours: StreakColours) => {
  const uniforms = createStreakUniforms(1, []);
  colours.forgetShown();
  colours.apply(uniforms, 0xff);
  return uniforms.categoryOf.value.image.data as Uint8Array;
};

test('busy ports have a colour each, the others share one', () => {
  const colours = new StreakColours();
  const entries = colours.update('port', totalsOf([23, 22, 80, 443, 445, 3389, 8080]));
  expect(entries.map(({ key }) => key)).toEqual([23, 22, 80, 443, 445, 3389, null]);
  expect(entries[0]).toMatchObject({ colour: 1, rate: 10 });
  expect(entries.reduce((sum, { rate }) => sum + rate, 0)).toBeCloseTo(100, 9);
  const table = tableOf(colours);
  expect([table[23], table[3389], table[8080], table[0]]).toEqual([1, 6, OTHER, OTHER]);
});

test('whoever is still busy keeps his colour', () => {
  const colours = new StreakColours();
  colours.update('port', totalsOf([23, 22, 80, 443, 445, 3389]));
  const entries = colours.update('port', totalsOf([5060, 445, 22, 3389, 80, 443]));
  const byKey = new Map(entries.map(({ key, colour }) => [key, colour]));
  expect([22, 80, 443, 445, 3389, 5060].map((key) => byKey.get(key))).toEqual([2, 3, 4, 5, 6, 1]);
});

test('countries and rules', () => {
  const colours = new StreakColours();
  const countries = colours.update('country', totalsOf([], ['JP', '', 'BR']));
  expect(countries.map(({ key }) => key)).toEqual([countryKey('JP'), countryKey('BR'), null]);
  expect(countryOfKey(countryKey('JP'))).toBe('JP');
  expect(countryOfKey(0)).toBe('');
  const { zmapLegacyTcp, masscanTcp, mirai, zmapTcp, nmapSyn, unicornscan, irregularSyn, nmapOs } = Tag;
  const coloured = [zmapLegacyTcp, masscanTcp, mirai, zmapTcp, nmapSyn, unicornscan];
  expect(colours.update('tag', totalsOf([])).map(({ key }) => key)).toEqual([...coloured, null]);
  const table = tableOf(colours);
  expect(coloured.map((tag) => table[tag])).toEqual([1, 2, 3, 4, 5, 6]);
  // Hints, and tools that are seldom seen, are told apart by the card and not by colour.
  expect([irregularSyn, nmapOs, 0].map((tag) => table[tag])).toEqual([OTHER, OTHER, OTHER]);
});

test('a tool comes before a hint, also where the hint has the lower bit', () => {
  const colours = new StreakColours();
  colours.update('tag', totalsOf([]));
  const colourOf = (...tags: number[]) => {
    const words = new Uint32Array(STREAK_WORDS);
    words[5] = tags.reduce((bits, tag) => bits | (1 << tag), 0) << 8;
    return colours.categoryOf({ words } as unknown as StreakRing, 0);
  };
  const { irregularSyn, masscanTcp, nmapSyn, unicornscan } = Tag;
  expect(colourOf(irregularSyn, nmapSyn)).toBe(colourOf(nmapSyn));
  expect(colourOf(irregularSyn, unicornscan)).toBe(colourOf(unicornscan));
  expect(colourOf(masscanTcp, irregularSyn)).toBe(colourOf(masscanTcp));
  expect(colourOf(irregularSyn)).toBe(OTHER);
  expect([firstTag(1 << irregularSyn), firstTag(0)]).toEqual([irregularSyn, 0]);
  const hints = fingerprintRules
    .filter(({ kind }) => kind === 'hint')
    .reduce((bits, { tag }) => bits | (1 << Tag[tag]), 0);
  expect(HINT_TAGS).toBe(hints);
});

test('classes of radiation have the colour of their group, whatever had it before', () => {
  const colours = new StreakColours();
  colours.update('port', totalsOf([1, 9, 10]));
  const entries = colours.update('radiation', totalsOf([]));
  expect(entries.map(({ colour }) => colour)).toEqual([1, 2, 3, 4, 5, 6, OTHER]);
  // A server of before does not say how much there is of each.
  expect(entries.every(({ rate }) => Number.isNaN(rate))).toBe(true);
  const told = { ...totalsOf([]), radiationPacketsPerSecond: [0, 6, 5, 0, 4, 0, 0, 9] };
  expect(colours.update('radiation', told).map(({ rate }) => rate)).toEqual([6, 5, 0, 4, 0, 0, 9]);
  const table = tableOf(colours);
  const { scan, backscatterSynAck, backscatterUdp, spoofed, bogon, misconfiguration, other } = Radiation;
  const ids = [scan, backscatterSynAck, backscatterUdp, spoofed, bogon, misconfiguration, other, 0, 15];
  expect(ids.map((id) => table[id])).toEqual([1, 2, 2, 4, 4, 6, OTHER, OTHER, OTHER]);
  // Ports do not keep what classes had.
  colours.update('port', totalsOf([]));
  expect(tableOf(colours)[scan]).toBe(OTHER);
});

test('light is shared out when many fly', () => {
  expect(brightnessOf(0)).toBe(1);
  expect(brightnessOf(1200)).toBe(0.5);
  expect(brightnessOf(1e6)).toBe(0.3);
  expect(brightnessOf(1200, 0.4)).toBeCloseTo(0.2);
  expect(brightnessOf(100, 0.4)).toBe(1);
});
