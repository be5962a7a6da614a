import { expect, test } from 'vitest';
import { latitudeOf, longitudeOf, onWorld, unitVector } from '../../../viz/scene/sphere.ts';

const TOKYO = unitVector(35.68, 139.69);

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

test('the flat map has north up, east to the right, twice as wide as high; between it and the globe all is straight', () => {
  expect(onWorld(unitVector(90, 0), 1)[1]).toBeCloseTo(0.95, 9);
  expect(onWorld(unitVector(0, 180), 1)[0]).toBeCloseTo(1.9, 9);
  expect(onWorld(TOKYO, 0)).toEqual(TOKYO);
  const [globe, map, half] = [onWorld(TOKYO, 0), onWorld(TOKYO, 1), onWorld(TOKYO, 0.5)];
  for (const axis of [0, 1, 2]) expect(half[axis]).toBeCloseTo((globe[axis]! + map[axis]!) / 2, 12);
});
