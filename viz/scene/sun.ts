/** Where the sun stands: low-precision formulas of the Astronomical Almanac, good to about 0.01° for decades. */
import { unitVector, type Vector } from './sphere.ts';

const J2000_SECONDS = 946_728_000;
const RADIANS = Math.PI / 180;

/** Direction of the sun over the Earth at `seconds` since 1970 UTC. */
export function sunDirection(seconds: number): Vector {
  const days = (seconds - J2000_SECONDS) / 86_400;
  const meanLongitude = 280.46 + 0.985_647_4 * days;
  const anomaly = (357.528 + 0.985_600_3 * days) * RADIANS;
  const ecliptic = (meanLongitude + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RADIANS;
  const obliquity = (23.439 - 0.000_000_4 * days) * RADIANS;
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(ecliptic)) / RADIANS;
  const ascension = Math.atan2(Math.cos(obliquity) * Math.sin(ecliptic), Math.cos(ecliptic)) / RADIANS;
  const siderealDegrees = 280.460_618_37 + 360.985_647_366_29 * days;
  return unitVector(declination, ascension - siderealDegrees);
}
