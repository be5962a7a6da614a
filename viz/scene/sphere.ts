/** Places and arcs on the unit sphere. Longitude 0 looks along +z, east is towards +x, north is +y. */

export type Vector = [x: number, y: number, z: number];
const RADIANS = Math.PI / 180;

export function unitVector(latitude: number, longitude: number): Vector {
  const ring = Math.cos(latitude * RADIANS);
  return [ring * Math.sin(longitude * RADIANS), Math.sin(latitude * RADIANS), ring * Math.cos(longitude * RADIANS)];
}

export function latitudeOf([x, y, z]: Vector): number {
  return Math.atan2(y, Math.hypot(x, z)) / RADIANS;
}

export function longitudeOf([x, , z]: Vector): number {
  return Math.atan2(x, z) / RADIANS;
}

const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function normalized(v: Vector, otherwise: Vector): Vector {
  const length = Math.hypot(...v);
  return length < 1e-9 ? otherwise : [v[0] / length, v[1] / length, v[2] / length];
}

/** Any unit vector at right angles to `v`. */
export function perpendicular([x, y, z]: Vector): Vector {
  return Math.abs(y) < 0.9 ? normalized([z, 0, -x], [1, 0, 0]) : normalized([0, -z, y], [1, 0, 0]);
}

/** The great circle from `from` to `to`: a point at share t is cos(t·angle)·from + sin(t·angle)·axis. */
export interface GreatCircle {
  axis: Vector;
  angle: number;
}

export function greatCircle(from: Vector, to: Vector): GreatCircle {
  const along = Math.min(1, Math.max(-1, dot(from, to)));
  const across: Vector = [to[0] - along * from[0], to[1] - along * from[1], to[2] - along * from[2]];
  // Equal and opposite places have no plane of their own: any will do.
  return { axis: normalized(across, perpendicular(from)), angle: Math.acos(along) };
}

export function pointOnArc(from: Vector, { axis, angle }: GreatCircle, share: number): Vector {
  const c = Math.cos(share * angle);
  const s = Math.sin(share * angle);
  return [c * from[0] + s * axis[0], c * from[1] + s * axis[1], c * from[2] + s * axis[2]];
}

/** Height of an arc above the ground at its middle, by its angle; long arcs are kept in the picture. */
export function arcHeight(angle: number): number {
  return 0.03 + 0.3 * Math.min(1, angle / Math.PI);
}

export const LANDING_DEGREES = 3.5;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/**
 * Where a flow to `targetSlot` lands: the slots fill a small disc around the sensor as seeds do in a sunflower, so that
 * the picture shows which part of the darknet is hit and does not burn out to white in one point.
 */
export function landingPoint(sensor: Vector, targetSlot: number): Vector {
  const radius = LANDING_DEGREES * RADIANS * Math.sqrt((targetSlot + 0.5) / 65536);
  const turn = targetSlot * GOLDEN_ANGLE;
  const east = perpendicular(sensor);
  const north: Vector = [
    sensor[1] * east[2] - sensor[2] * east[1],
    sensor[2] * east[0] - sensor[0] * east[2],
    sensor[0] * east[1] - sensor[1] * east[0],
  ];
  const e = Math.cos(turn) * Math.sin(radius);
  const n = Math.sin(turn) * Math.sin(radius);
  const out = Math.cos(radius);
  return [
    out * sensor[0] + e * east[0] + n * north[0],
    out * sensor[1] + e * east[1] + n * north[1],
    out * sensor[2] + e * east[2] + n * north[2],
  ];
}
