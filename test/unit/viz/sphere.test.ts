import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  arcHeight,
  greatCircle,
  LANDING_DEGREES,
  landingPoint,
  latitudeOf,
  longitudeOf,
  perpendicular,
  pointOnArc,
  unitVector,
  type Vector,
} from '../../../viz/scene/sphere.ts';

const TOKYO = unitVector(35.68, 139.69);
const degreesBetween = (a: Vector, b: Vector) =>
  (Math.acos(Math.min(1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])) / Math.PI) * 180;
const place = fc.tuple(fc.double({ min: -90, max: 90, noNaN: true }), fc.double({ min: -180, max: 180, noNaN: true }));

test.for([
  { name: 'the Gulf of Guinea looks along +z', at: [0, 0], expected: [0, 0, 1] },
  { name: '90°E is +x', at: [0, 90], expected: [1, 0, 0] },
  { name: 'the north pole is +y', at: [90, 0], expected: [0, 1, 0] },
])('$name', ({ at, expected }) => {
  const vector = unitVector(at[0]!, at[1]!);
  for (const [i, value] of expected.entries()) expect(vector[i]).toBeCloseTo(value, 12);
});

test('latitude and longitude come back from the vector', () => {
  expect(latitudeOf(TOKYO)).toBeCloseTo(35.68, 9);
  expect(longitudeOf(TOKYO)).toBeCloseTo(139.69, 9);
});

describe('great circles', () => {
  test('begin and end where they should, and stay on the sphere', () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        const [from, to] = [unitVector(...a), unitVector(...b)];
        const circle = greatCircle(from, to);
        expect(degreesBetween(pointOnArc(from, circle, 0), from)).toBeLessThan(1e-4);
        // Between opposite places any plane will do, and rounding decides which: those still end close by.
        expect(degreesBetween(pointOnArc(from, circle, 1), to)).toBeLessThan(1e-3);
        expect(Math.hypot(...pointOnArc(from, circle, 0.37))).toBeCloseTo(1, 6);
      }),
    );
  });

  test('a place to itself is no way at all, and still a number', () => {
    const { axis, angle } = greatCircle(TOKYO, TOKYO);
    expect(angle).toBeCloseTo(0, 6);
    expect(Math.hypot(...axis)).toBeCloseTo(1, 9);
  });

  test('longer ways fly higher, up to a bound', () => {
    expect(arcHeight(0.1)).toBeLessThan(arcHeight(1));
    expect(arcHeight(Math.PI)).toBeCloseTo(0.33, 9);
    expect(arcHeight(10)).toBe(arcHeight(Math.PI));
  });
});

test('perpendicular vectors are, also at the poles', () => {
  fc.assert(
    fc.property(place, (at) => {
      const v = unitVector(...at);
      const p = perpendicular(v);
      expect(v[0] * p[0] + v[1] * p[1] + v[2] * p[2]).toBeCloseTo(0, 9);
      expect(Math.hypot(...p)).toBeCloseTo(1, 9);
    }),
  );
});

test('slots land within the disc around the sensor, and fill it', () => {
  const distances = Array.from({ length: 64 }, (_, i) => degreesBetween(landingPoint(TOKYO, i * 1024), TOKYO));
  expect(Math.max(...distances)).toBeLessThanOrEqual(LANDING_DEGREES + 1e-6);
  // Evenly by area: half of them lie outside 0.7 of the radius.
  expect(distances.filter((degrees) => degrees > LANDING_DEGREES * Math.SQRT1_2)).toHaveLength(32);
});
