/** The address of the page: what it says holds, and what makes no sense is passed over. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAddress } from '../../../viz/address.ts';
import { mayReload } from '../../../viz/kiosk/reload.ts';
import { burnInShift, readKioskSeconds, turnAfter, turnsOf } from '../../../viz/kiosk/turns.ts';
import { formatCamera, readCamera } from '../../../viz/scene/camera.ts';
import { Orbit } from '../../../viz/scene/orbit.ts';

const IDS = ['atlas', 'cube', 'hilbert'];
const read = (search: string) => readAddress(search, ['en'], IDS);

test('a link holds what was chosen', () => {
  expect(read('?palette=dark&time=local&kiosk=30&camera=12.5,-40,1.5&pause&filter=tcp&span=1h&lang=ja')).toMatchObject({
    palette: 'dark',
    timeZone: 'local',
    kioskSeconds: 30,
    camera: { latitude: 12.5, longitude: -40, zoom: 1.5 },
    paused: true,
    filter: 'tcp',
    span: { kind: 'last', seconds: 3_600 },
    language: 'ja',
  });
});

test('what makes no sense, and a query of a megabyte, are as nothing', () => {
  const nothing = read('');
  expect(nothing).toMatchObject({ palette: 'usual', timeZone: 'utc', kioskSeconds: null, camera: null, paused: false });
  for (const odd of [
    '?view=<script>alert(1)</script>&camera=NaN&palette=<b>&time=Mars&span=x/y&map=%00',
    '?camera=1,2&camera=3',
    `?view=${'x'.repeat(1 << 20)}`,
    `?${'lang=ja&'.repeat(1 << 17)}`,
    '?view=__proto__&palette=constructor&%E0%A4%A',
  ])
    expect(read(odd)).toEqual(nothing);
});

test.for([
  '',
  'NaN,NaN,NaN',
  '1,2',
  '1,2,0',
  '1,2,-1',
  '91,0,1',
  '0,361,1',
  '1e3,0,1',
  '0,0,Infinity',
  '1,2,3,4',
  ' 1,2,3',
])('no camera: "%s"', (text) => {
  expect(readCamera(text)).toBeNull();
});

test('a camera is read as it was written, and turned no more often than once', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -75, max: 75, noNaN: true }),
      fc.double({ min: -5_000, max: 5_000, noNaN: true }),
      fc.double({ min: 0.6, max: 6, noNaN: true }),
      (latitude, longitude, zoom) => {
        const text = formatCamera({ latitude, longitude, zoom });
        const pose = readCamera(text)!;
        expect(formatCamera(pose)).toBe(text);
        expect(Math.abs(pose.latitude - latitude)).toBeLessThan(0.06);
        expect(Math.abs(Math.sin(((pose.longitude - longitude) * Math.PI) / 180))).toBeLessThan(0.002);
      },
    ),
  );
});

test('an eye that is held stays, within what the view allows, until it is let go', () => {
  const orbit = new Orbit({
    home: { latitude: 10, longitude: 20, zoom: 1 },
    swingDegrees: 20,
    nodDegrees: 5,
    steepestDegrees: 40,
    widestDegrees: 40,
  });
  expect(orbit.held).toBeNull();
  orbit.hold({ latitude: 30, longitude: -10, zoom: 2 });
  expect(orbit.held).toEqual({ latitude: 30, longitude: -10, zoom: 2 });
  // A place that is found later does not move it, and neither does the time.
  orbit.setHome(-20, 120, true);
  orbit.animate(5, 100, 1e6, true);
  expect(orbit.pose).toEqual({ latitude: 30, longitude: -10, zoom: 2 });
  orbit.hold({ latitude: 90, longitude: 179, zoom: 99 });
  expect(orbit.pose).toEqual({ latitude: 40, longitude: 160, zoom: 6 });
  orbit.letGo();
  orbit.animate(5, 100, 1e6, true);
  expect(orbit.held).toBeNull();
  expect(orbit.pose.zoom).toBeLessThan(6);
});

test('a kiosk shows every view and the flat map, from 5 seconds to an hour each', () => {
  expect(['', 'yes', '30', '1', '9999', '-4', '1e9', null].map(readKioskSeconds)).toEqual([
    45,
    45,
    30,
    5,
    3_600,
    45,
    45,
    null,
  ]);
  const turns = turnsOf(IDS);
  let shown = turns[0]!;
  const seen = turns.map(() => {
    shown = turnAfter(turns, shown);
    return `${shown.view}${shown.flat ? ' flat' : ''}`;
  });
  expect(seen).toEqual(['atlas flat', 'cube', 'hilbert', 'atlas']);
  expect(turnAfter(turns, { view: 'gone', flat: false })).toEqual(turns[0]);
});

test('what stands still is moved to eight places around the middle, some pixels away', () => {
  const places = Array.from({ length: 8 }, (_, turn) => burnInShift(turn));
  expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(8);
  for (const { x, y } of places) expect(Math.hypot(x, y)).toBeGreaterThan(2);
  for (const { x, y } of places) expect(Math.hypot(x, y)).toBeLessThan(7);
  expect(burnInShift(8)).toEqual(burnInShift(0));
});

test('a kiosk takes a newer page, but not again and again, and not while the server is away', () => {
  expect(mayReload({ newerPage: true, connected: true, pageSeconds: 601 })).toBe(true);
  expect(mayReload({ newerPage: true, connected: true, pageSeconds: 60 })).toBe(false);
  expect(mayReload({ newerPage: true, connected: false, pageSeconds: 9_999 })).toBe(false);
  expect(mayReload({ newerPage: false, connected: true, pageSeconds: 9_999 })).toBe(false);
});
