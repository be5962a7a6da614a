/** Where the eye rests: between the sensors and the places that send most, so that both are in the picture. */
import type { CountryCount, SensorView } from '../../shared/wire/messages.ts';
import { sensorPlace } from './sensor-table.ts';
import { latitudeOf, longitudeOf, unitVector, type Vector } from './sphere.ts';

const SENSOR_WEIGHT = 0.7;

export function homeOf(
  sensors: readonly Pick<SensorView, 'place'>[],
  countries: readonly CountryCount[],
  placeOf: (code: string) => { latitude: number; longitude: number } | undefined,
): { latitude: number; longitude: number } {
  const sum: Vector = [0, 0, 0];
  for (const sensor of sensors) add(sum, sensorPlace(sensor), SENSOR_WEIGHT / sensors.length);
  const all = countries.reduce((total, { packets }) => total + packets, 0);
  for (const { country, packets } of countries) {
    const place = placeOf(country);
    if (place && all > 0) add(sum, unitVector(place.latitude, place.longitude), packets / all);
  }
  if (Math.hypot(...sum) < 1e-6) return { latitude: 18, longitude: 110 };
  return { latitude: latitudeOf(sum) * 0.8, longitude: longitudeOf(sum) };
}

function add(sum: Vector, [x, y, z]: Vector, weight: number): void {
  sum[0] += x * weight;
  sum[1] += y * weight;
  sum[2] += z * weight;
}
