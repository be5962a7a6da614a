import { expect, test } from 'vitest';
import { countryCode } from '../../../viz/scene/country-codes.ts';
import { homeOf } from '../../../viz/scene/home.ts';
import { standsLeft } from '../../../viz/scene/labels.ts';
import { Orbit, poseBetween, turnBetween } from '../../../viz/scene/orbit.ts';
import { QualityGovernor, startingTier } from '../../../viz/scene/quality.ts';
import { latitudeOf, longitudeOf } from '../../../viz/scene/sphere.ts';
import { sunDirection } from '../../../viz/scene/sun.ts';

test('the sun stands where almanacs have it', () => {
  // Equinox of 2026-03-20 14:46 UTC: over the equator; the equation of time then is about -7.5 minutes.
  const equinox = sunDirection(Date.UTC(2026, 2, 20, 14, 46) / 1000);
  expect(latitudeOf(equinox)).toBeCloseTo(0, 1);
  expect(longitudeOf(equinox)).toBeCloseTo(-39.6, 0);
  expect(latitudeOf(sunDirection(Date.UTC(2026, 5, 21, 8, 24) / 1000))).toBeCloseTo(23.44, 1);
});

test('software rendering starts low; the address may ask otherwise', () => {
  expect(startingTier(null, 'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device))')).toBe('low');
  expect(startingTier(null, 'llvmpipe (LLVM 15.0.6, 256 bits)')).toBe('low');
  expect(startingTier(null, 'NVIDIA GeForce')).toBe('high');
  expect(startingTier('high', 'llvmpipe')).toBe('high');
  expect(startingTier('best', '')).toBe('high');
});

test('quality falls soon, rises late and does not swing', () => {
  const governor = new QualityGovernor('high');
  const run = (seconds: number, frames: number) => {
    const changes: string[] = [];
    for (let i = 0; i < frames; i++) {
      const change = governor.frame(seconds);
      if (change) changes.push(change);
    }
    return changes;
  };
  expect(run(1 / 60, 600)).toEqual([]);
  expect(run(1 / 10, 120)).toEqual(['medium']);
  expect(run(1 / 60, 1200)).toEqual([]);
  expect(run(1 / 60, 1200)).toEqual(['high']);
  expect(run(1 / 10, 600)).toEqual(['medium', 'low']);
  expect(run(1 / 60, 100_000)).toEqual([]);
  expect(governor.frame(20)).toBeNull();
});

const createOrbit = (widestDegrees = 180) =>
  new Orbit({
    home: { latitude: 18, longitude: 110, zoom: 1 },
    swingDegrees: 20,
    nodDegrees: 5,
    steepestDegrees: 75,
    widestDegrees,
  });

test('the eye swings around its home and takes the short way there', () => {
  expect(turnBetween(170, -170)).toBe(20);
  expect(turnBetween(-170, 170)).toBe(-20);
  const orbit = createOrbit();
  orbit.setHome(20, 140, true);
  for (let seconds = 0; seconds < 600; seconds += 7)
    expect(Math.abs(orbit.swingAt(seconds).longitude - 140)).toBeLessThanOrEqual(20);
  const over = poseBetween({ latitude: 0, longitude: 170, zoom: 1 }, { latitude: 10, longitude: -170, zoom: 3 }, 0.5);
  expect(over).toEqual({ latitude: 5, longitude: 180, zoom: 2 });
});

test('a hand on the globe stops the swing; after a minute it comes back', () => {
  const orbit = createOrbit();
  orbit.setHome(20, 140, true);
  orbit.turn(30, 200, 0);
  expect(orbit.animate(0, 0.1, 10, true)).toMatchObject({ latitude: 75, longitude: 170 });
  orbit.animate(0, Number.POSITIVE_INFINITY, 61, true);
  expect(orbit.pose).toMatchObject({ latitude: 20, longitude: 140 });
  orbit.zoomBy(1000, 61);
  expect(orbit.pose.zoom).toBe(6);
});

test('a view that is seen from the front cannot be turned around', () => {
  const orbit = createOrbit(40);
  orbit.setHome(0, 0, true);
  orbit.turn(500, 0, 0);
  expect(orbit.pose.longitude).toBe(40);
  orbit.turn(-500, 0, 0);
  expect(orbit.pose.longitude).toBe(-40);
});

test('home lies between the sensor and those who send', () => {
  const sensors = [{ place: { name: 'Tokyo', latitude: 35, longitude: 140 } }];
  const placeOf = (code: string) => (code === 'IN' ? { latitude: 22, longitude: 79 } : undefined);
  const { longitude } = homeOf(
    sensors,
    [
      { country: 'IN', packets: 5 },
      { country: '', packets: 5 },
    ],
    placeOf,
  );
  expect(longitude).toBeGreaterThan(100);
  expect(longitude).toBeLessThan(139);
  expect(homeOf([], [], placeOf)).toEqual({ latitude: 18, longitude: 110 });
});

test('shapes have the letters that the server counts by', () => {
  expect(countryCode('392', 'Japan')).toBe('JP');
  expect(countryCode('036', 'Australia')).toBe('AU');
  expect(countryCode(undefined, 'Kosovo')).toBe('XK');
  expect(countryCode(undefined, 'Siachen Glacier')).toBe('');
});

test.for([
  ['right, where it fits', 100, 80, false],
  ['right, where it fits on neither side and has more room there', 150, 300, false],
  ['left, where it does not fit on the right', 350, 80, true],
  ['left, where it fits on neither side and has more room there', 250, 300, true],
] as const)('a name stands %s', ([, x, needed, isLeft]) => {
  expect(standsLeft(x, needed, 390)).toBe(isLeft);
});
