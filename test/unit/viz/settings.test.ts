import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressMarks, portMarks, portShare } from '../../../viz/scene/cube-axes.ts';
import {
  defaultSettings,
  formatSources,
  readPorts,
  readSettings,
  readSources,
  writeSettings,
} from '../../../viz/scene/settings.ts';
import type { SceneSettings } from '../../../viz/views/view.ts';

const IDS = ['atlas', 'cube'];
const port = fc.integer({ min: 0, max: 65_535 });
const network = fc
  .integer({ min: 0, max: 24 })
  .chain((bits) =>
    fc.integer({ min: 0, max: 2 ** bits - 1 }).map((at): [number, number] => [at / 2 ** bits, (at + 1) / 2 ** bits]),
  );
const settings: fc.Arbitrary<SceneSettings> = fc.record({
  view: fc.constantFrom(...IDS),
  flat: fc.boolean(),
  heightBy: fc.constantFrom('distance', 'port'),
  colourBy: fc.constantFrom('class', 'port', 'country', 'tag', 'radiation'),
  cube: fc.record({
    logarithmic: fc.boolean(),
    ports: fc.tuple(port, port).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]),
    sources: network,
    targetsBy: fc.constantFrom('slot', 'address'),
    targets: fc.constant(null),
  }),
});

test('a link shows the same picture', () => {
  fc.assert(
    fc.property(settings, (one) => {
      const query = new URLSearchParams('lang=ja&view=gone');
      writeSettings(one, query);
      expect(readSettings(query, IDS)).toEqual(one);
      expect(query.get('lang')).toBe('ja');
    }),
  );
});

test('what is usual is not in the address, and what makes no sense is passed over', () => {
  const query = new URLSearchParams();
  writeSettings(defaultSettings, query);
  expect(query.toString()).toBe('');
  const odd = new URLSearchParams('view=__proto__&port=9-3&source=1.2.3.4&colour=red&height=up');
  expect(readSettings(odd, IDS)).toEqual(defaultSettings);
});

test('no link tells which network of targets was looked at', () => {
  const query = new URLSearchParams();
  const cube = { ...defaultSettings.cube, targetsBy: 'address', targets: [0xc633_6400, 0xc633_64ff] } as const;
  writeSettings({ ...defaultSettings, cube }, query);
  expect(query.toString()).toBe('targets=address');
});

test.for<[string, readonly number[] | null]>([
  ['23', [23, 23]],
  ['0-1023', [0, 1023]],
  ['65536', null],
  ['1023-0', null],
  ['a', null],
  ['', null],
])('ports %s', ([text, expected]) => {
  expect(readPorts(text)).toEqual(expected);
});

test.for<[string, string | null]>([
  ['203.0.113.0/24', '203.0.113.0/24'],
  ['203.0.113.77/24', '203.0.113.0/24'],
  ['10/8', '10.0.0.0/8'],
  ['0.0.0.0/1', '0.0.0.0/1'],
])('sources %s', ([text, expected]) => {
  expect(formatSources(readSources(text)!)).toBe(expected);
});

test.for(['1.2.3.4', '1.2.3.4/25', '256/8', '1.2.3.4.5/8', '/8', 'x/8'])('no network: %s', (text) => {
  expect(readSources(text)).toBeNull();
});

test('marks of ports lie in the range, in order, and apart from each other', () => {
  fc.assert(
    fc.property(settings, ({ cube }) => {
      const shares = portMarks(cube).map((one) => portShare(one, cube));
      for (const [at, share] of shares.entries()) {
        expect(share).toBeGreaterThanOrEqual(-1);
        expect(share).toBeLessThanOrEqual(1);
        if (at > 0) expect(share - shares[at - 1]!).toBeGreaterThanOrEqual(0.14 - 1e-9);
      }
    }),
  );
  expect(portMarks(defaultSettings.cube)).toContain(65_535);
});

test('addresses are written as far as the range tells them apart', () => {
  const texts = (sources: string) =>
    addressMarks({ ...defaultSettings.cube, sources: readSources(sources) ?? [0, 1] }).map(({ text }) => text);
  expect(texts('')).toEqual(['0', '32', '64', '96', '128', '160', '192', '224', '255']);
  expect(texts('10/8').slice(0, 3)).toEqual(['10.0', '10.32', '10.64']);
  expect(texts('192.0.2.0/24').at(1)).toBe('192.0.2.32');
});
