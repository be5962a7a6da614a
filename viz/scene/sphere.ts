/** Places on the unit sphere. Longitude 0 looks along +z, east is towards +x, north is +y. */

export type Vector = [x: number, y: number, z: number];
const RADIANS = Math.PI / 180;
/** Half of the flat map's size, as in shaders/world.ts. */
export const MAP = { width: 1.9, height: 0.95 } as const;

export function unitVector(latitude: number, longitude: number): Vector {
  const ring = Math.cos(latitude * RADIANS);
  return [ring * Math.sin(longitude * RADIANS), Math.sin(latitude * RADIANS), ring * Math.cos(longitude * RADIANS)];
}

export function latitudeOf([x, y, z]: Readonly<Vector>): number {
  return Math.atan2(y, Math.hypot(x, z)) / RADIANS;
}

export function longitudeOf([x, , z]: Readonly<Vector>): number {
  return Math.atan2(x, z) / RADIANS;
}

/** Where a place on the ground is, between globe (flatness 0) and map (1). */
export function onWorld(place: Vector, flatness: number): Vector {
  const flat: Vector = [(longitudeOf(place) / 180) * MAP.width, (latitudeOf(place) / 90) * MAP.height, 0];
  return [0, 1, 2].map((axis) => place[axis]! * (1 - flatness) + flat[axis]! * flatness) as Vector;
}
