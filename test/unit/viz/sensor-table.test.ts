import { expect, test } from 'vitest';
import { NO_PLACE, SensorTable } from '../../../viz/scene/sensor-table.ts';
import { unitVector } from '../../../viz/scene/sphere.ts';
import { MOST_SENSORS } from '../../../viz/scene/streak-words.ts';

const rounded = (place: readonly number[]) => place.map((part) => Math.fround(part));

test('flows that come before what is known of their sensor land where it is once that is told', () => {
  const table = new SensorTable();
  const index = table.indexOf(7);
  expect(index).toBeGreaterThan(0);
  expect(table.placeOf(index)).toEqual(rounded(NO_PLACE));
  const { version } = table;
  table.update([
    { id: 3, place: null },
    { id: 7, place: { latitude: 35, longitude: 139 } as never },
  ]);
  expect(table.indexOf(7)).toBe(index);
  expect(table.placeOf(index)).toEqual(rounded(unitVector(35, 139)));
  expect(table.version).toBe(version + 1);
  expect(table.indexOf(3)).not.toBe(index);
});

test('sensors that are too many share the one without a place', () => {
  const table = new SensorTable();
  const indices = Array.from({ length: MOST_SENSORS + 5 }, (_, id) => table.indexOf(id + 1));
  expect(new Set(indices).size).toBe(MOST_SENSORS);
  expect(indices.slice(MOST_SENSORS - 1).every((index) => index === 0)).toBe(true);
});
