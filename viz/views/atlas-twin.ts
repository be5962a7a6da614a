/** The Atlas' ways for the processor: the same as shaders/atlas-path.ts and shaders/world.ts. */
import type { Vector3 } from 'three';
import { DEGREE_STEPS } from '../../shared/wire/streaks.ts';
import { LandingDisc } from '../scene/landing-disc.ts';
import type { SensorTable } from '../scene/sensor-table.ts';
import { latitudeOf, longitudeOf, MAP } from '../scene/sphere.ts';
import type { StreakRing } from '../scene/streak-ring.ts';
import type { StreakTwin } from '../scene/streak-twin.ts';
import { hasUnknownPlace, STREAK_WORDS } from '../scene/streak-words.ts';
import { unitHash } from '../scene/streak-writer.ts';

/** What a way's numbers are; where the place is unknown, FROM has cosine and sine of the turn along the edge. */
const [FROM, AXIS, TO, ANGLE, HEIGHT, IS_UNKNOWN, MAP_FROM, MAP_TO] = [0, 3, 6, 9, 10, 11, 12, 14] as const;
const GROUND = 1.002;
/** From the edge over the globe: twice as long as the longer leg of its bend. */
const LONGEST_FROM_EDGE = 5;
/** Of the wire's sixteen bits, which are signed. */
const degreesOf = (steps: number) => ((steps << 16) >> 16) / DEGREE_STEPS;
const radians = Float64Array.from({ length: 65_536 }, (_, steps) => (degreesOf(steps) * Math.PI) / 180);
const sines = Float32Array.from(radians, Math.sin);
const cosines = Float32Array.from(radians, Math.cos);

export interface AtlasUniforms {
  readonly flatness: { readonly value: number };
  readonly heightByPort: { readonly value: number };
  readonly edgeRight: { readonly value: Vector3 };
  readonly edgeUp: { readonly value: Vector3 };
  readonly edgeRadius: { readonly value: number };
}

export class AtlasTwin implements StreakTwin {
  readonly #uniforms: AtlasUniforms;
  readonly #sensors: SensorTable;
  readonly #disc: LandingDisc;

  constructor(uniforms: AtlasUniforms, sensors: SensorTable) {
    this.#uniforms = uniforms;
    this.#sensors = sensors;
    this.#disc = new LandingDisc(sensors);
  }

  get version(): number {
    const { flatness, heightByPort } = this.#uniforms;
    return (flatness.value > 0 ? 1 : 0) + 2 * heightByPort.value + 4 * this.#sensors.version;
  }

  way({ words }: StreakRing, slot: number, ways: Float32Array, at: number): void {
    const first = slot * STREAK_WORDS;
    const place = words[first + 1]!;
    const [north, east] = [place >>> 16, place & 0xffff];
    const ring = cosines[north]!;
    ways[at + FROM] = ring * sines[east]!;
    ways[at + FROM + 1] = sines[north]!;
    ways[at + FROM + 2] = ring * cosines[east]!;
    this.#disc.place(words[first + 5]! & 0xff, words[first + 4]! >>> 16, ways, at + TO);
    turnFromTo(ways, at);
    const port = words[first + 3]! & 0xffff;
    const byPort = this.#uniforms.heightByPort.value > 0.5;
    ways[at + HEIGHT] = 0.03 + (byPort ? (0.4 * port) / 65_535 : (0.3 * ways[at + ANGLE]!) / Math.PI);
    const isUnknown = hasUnknownPlace(words[first + 6]!);
    ways[at + IS_UNKNOWN] = isUnknown ? 1 : 0;
    const chance = isUnknown ? unitHash(words[first + 2]!) : 0;
    if (this.#uniforms.flatness.value > 0) {
      ways[at + MAP_FROM] = isUnknown ? (chance * 2 - 1) * MAP.width : (degreesOf(east) / 180) * MAP.width;
      ways[at + MAP_FROM + 1] = isUnknown ? -1.06 : (degreesOf(north) / 90) * MAP.height;
      const to = [ways[at + TO]!, ways[at + TO + 1]!, ways[at + TO + 2]!] as const;
      ways[at + MAP_TO] = (longitudeOf(to) / 180) * MAP.width;
      ways[at + MAP_TO + 1] = (latitudeOf(to) / 90) * MAP.height;
    }
    if (!isUnknown) return;
    ways[at + FROM] = Math.cos(chance * 2 * Math.PI);
    ways[at + FROM + 1] = Math.sin(chance * 2 * Math.PI);
  }

  place(_ring: StreakRing, _slot: number, ways: Float32Array, at: number, share: number, into: Vector3): void {
    const flatness = this.#uniforms.flatness.value;
    if (flatness < 1) {
      if (ways[at + IS_UNKNOWN]! > 0) this.#fromEdge(ways, at, share, into);
      else overGlobe(ways, at, share, into);
    }
    if (flatness > 0) towardsMap(ways, at, share, flatness, into);
  }

  longest(ways: Float32Array, at: number): number {
    const rise = 4 * ways[at + HEIGHT]!;
    const isUnknown = ways[at + IS_UNKNOWN]! > 0;
    const over = isUnknown ? LONGEST_FROM_EDGE : ways[at + ANGLE]! * (GROUND + ways[at + HEIGHT]!) + rise;
    if (this.#uniforms.flatness.value <= 0) return over;
    const x = ways[at + MAP_TO]! - ways[at + MAP_FROM]!;
    const y = ways[at + MAP_TO + 1]! - ways[at + MAP_FROM + 1]!;
    return Math.max(over, Math.abs(x) + Math.abs(y) + 1.3 * rise);
  }

  #fromEdge(ways: Float32Array, at: number, share: number, into: Vector3): void {
    const { edgeRight, edgeUp, edgeRadius } = this.#uniforms;
    const right = ways[at + FROM]! * edgeRadius.value;
    const up = ways[at + FROM + 1]! * edgeRadius.value;
    const startX = right * edgeRight.value.x + up * edgeUp.value.x;
    const startY = right * edgeRight.value.y + up * edgeUp.value.y;
    const startZ = right * edgeRight.value.z + up * edgeUp.value.z;
    const endX = ways[at + TO]! * GROUND;
    const endY = ways[at + TO + 1]! * GROUND;
    const endZ = ways[at + TO + 2]! * GROUND;
    into.set(startX * 0.45 + endX, startY * 0.45 + endY, startZ * 0.45 + endZ).normalize();
    const [first, last] = [(1 - share) * (1 - share), share * share];
    const bend = 2 * share * (1 - share) * 1.42;
    into.set(
      startX * first + into.x * bend + endX * last,
      startY * first + into.y * bend + endY * last,
      startZ * first + into.z * bend + endZ * last,
    );
  }

  /** The globe stands before what lies beyond it on the line of sight. */
  hides(place: Vector3, eye: Vector3): boolean {
    if (this.#uniforms.flatness.value > 0.5) return false;
    const [dx, dy, dz] = [place.x - eye.x, place.y - eye.y, place.z - eye.z];
    const lengthSquared = dx * dx + dy * dy + dz * dz;
    const nearest = -(eye.x * dx + eye.y * dy + eye.z * dz) / lengthSquared;
    if (nearest >= 1) return false;
    const [x, y, z] = [eye.x + dx * nearest, eye.y + dy * nearest, eye.z + dz * nearest];
    return x * x + y * y + z * z < 1;
  }

  shows(): boolean {
    return true;
  }
}

/** The direction in which a way leaves its start, and how far round it goes. */
function turnFromTo(ways: Float32Array, at: number): void {
  const [x, y, z] = [ways[at + FROM]!, ways[at + FROM + 1]!, ways[at + FROM + 2]!];
  const [toX, toY, toZ] = [ways[at + TO]!, ways[at + TO + 1]!, ways[at + TO + 2]!];
  const along = Math.min(1, Math.max(-1, x * toX + y * toY + z * toZ));
  let [acrossX, acrossY, acrossZ] = [toX - along * x, toY - along * y, toZ - along * z];
  // Equal and opposite places have no plane of their own: any will do.
  if (acrossX * acrossX + acrossY * acrossY + acrossZ * acrossZ <= 1e-10) {
    acrossX = z;
    acrossY = 0.001;
    acrossZ = -x;
  }
  const length = Math.sqrt(acrossX * acrossX + acrossY * acrossY + acrossZ * acrossZ);
  ways[at + AXIS] = acrossX / length;
  ways[at + AXIS + 1] = acrossY / length;
  ways[at + AXIS + 2] = acrossZ / length;
  ways[at + ANGLE] = Math.acos(along);
}

function overGlobe(ways: Float32Array, at: number, share: number, into: Vector3): void {
  const angle = share * ways[at + ANGLE]!;
  const height = GROUND + ways[at + HEIGHT]! * 4 * share * (1 - share);
  const along = Math.cos(angle) * height;
  const across = Math.sin(angle) * height;
  into.set(
    along * ways[at + FROM]! + across * ways[at + AXIS]!,
    along * ways[at + FROM + 1]! + across * ways[at + AXIS + 1]!,
    along * ways[at + FROM + 2]! + across * ways[at + AXIS + 2]!,
  );
}

function towardsMap(ways: Float32Array, at: number, share: number, flatness: number, into: Vector3): void {
  const rise = ways[at + HEIGHT]! * 4 * share * (1 - share);
  const globe = 1 - flatness;
  const x = mix(ways[at + MAP_FROM]!, ways[at + MAP_TO]!, share);
  const y = mix(ways[at + MAP_FROM + 1]!, ways[at + MAP_TO + 1]!, share);
  into.set(
    into.x * globe + x * flatness,
    into.y * globe + (y + rise * 0.8) * flatness,
    into.z * globe + (0.002 + rise) * flatness,
  );
}

const mix = (a: number, b: number, share: number) => a + (b - a) * share;
