import type { SensorView } from '../../shared/wire/messages.ts';
import { unitVector, type Vector } from './sphere.ts';
import { NO_PLACE } from './streak-writer.ts';

/** Where a sensor is drawn: at 0°N 0°E when its place is not set, and its label says so. */
export function sensorPlace({ place }: Pick<SensorView, 'place'>): Vector {
  return place ? unitVector(place.latitude, place.longitude) : NO_PLACE;
}
