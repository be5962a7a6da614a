/** The Atlas' ways for the processor: the same as shaders/atlas-path.ts and shaders/world.ts. */
import type { Vector3 } from 'three';
import { DEGREE_STEPS } from '../../shared/wire/streaks.ts';
import { LANDING_DEGREES } from '../layers/sensor-marks.ts';
import type { SensorTable } from '../scene/sensor-table.ts';
import { onWorld, unitVector, type Vector } from '../scene/sphere.ts';
import type { StreakRing } from '../scene/streak-ring.ts';
import type { StreakTwin } from '../scene/streak-twin.ts';
import { STREAK_WORDS, unpackLook } from '../scene/streak-words.ts';
import { unitHash } from '../scene/streak-writer.ts';

const GOLDEN_TURN = 0.38196601;
const MAP_HALF_WIDTH = 1.9;

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

  constructor(uniforms: AtlasUniforms, sensors: SensorTable) {
    this.#uniforms = uniforms;
    this.#sensors = sensors;
  }

  get version(): number {
    return this.#uniforms.heightByPort.value + 2 * this.#sensors.version;
  }

  /** From (3), axis (3), to (3), angle, height. */
  way({ words }: StreakRing, slot: number, ways: Float32Array, at: number): void {
    const first = slot * STREAK_WORDS;
    const place = words[first + 1]!;
    const from = unitVector((place >> 16) / DEGREE_STEPS, ((place << 16) >> 16) / DEGREE_STEPS);
    const to = landing(this.#sensors.placeOf(words[first + 5]! & 0xff), words[first + 4]! >>> 16);
    const along = Math.min(1, Math.max(-1, dot(from, to)));
    const across = to.map((part, axis) => part - along * from[axis]!) as Vector;
    const angle = Math.acos(along);
    const port = words[first + 3]! & 0xffff;
    const { heightByPort } = this.#uniforms;
    ways.set(from, at);
    ways.set(dot(across, across) > 1e-10 ? normalized(across) : normalized([from[2], 0.001, -from[0]]), at + 3);
    ways.set(to, at + 6);
    ways[at + 9] = angle;
    ways[at + 10] = heightByPort.value > 0.5 ? 0.03 + (0.4 * port) / 65_535 : 0.03 + (0.3 * angle) / Math.PI;
  }

  place(ring: StreakRing, slot: number, ways: Float32Array, at: number, share: number, into: Vector3): void {
    const flatness = this.#uniforms.flatness.value;
    if (flatness < 1) this.#overGlobe(ring, slot, ways, at, share, into);
    if (flatness <= 0) return;
    const map = this.#overMap(ring, slot, ways, at, share);
    into.set(
      into.x * (1 - flatness) + map[0] * flatness,
      into.y * (1 - flatness) + map[1] * flatness,
      into.z * (1 - flatness) + map[2] * flatness,
    );
  }

  #overGlobe(ring: StreakRing, slot: number, ways: Float32Array, at: number, share: number, into: Vector3): void {
    if (hasUnknownPlace(ring, slot)) {
      this.#fromEdge(ring, slot, ways, at, share, into);
      return;
    }
    const angle = ways[at + 9]!;
    const [c, s] = [Math.cos(share * angle), Math.sin(share * angle)];
    const height = 1.002 + ways[at + 10]! * 4 * share * (1 - share);
    into.set(
      (c * ways[at]! + s * ways[at + 3]!) * height,
      (c * ways[at + 1]! + s * ways[at + 4]!) * height,
      (c * ways[at + 2]! + s * ways[at + 5]!) * height,
    );
  }

  #fromEdge(ring: StreakRing, slot: number, ways: Float32Array, at: number, share: number, into: Vector3): void {
    const { edgeRight, edgeUp, edgeRadius } = this.#uniforms;
    const turn = chanceOf(ring, slot) * 2 * Math.PI;
    const start = [0, 1, 2].map(
      (axis) =>
        (edgeRight.value.getComponent(axis) * Math.cos(turn) + edgeUp.value.getComponent(axis) * Math.sin(turn)) *
        edgeRadius.value,
    ) as Vector;
    const end = [0, 1, 2].map((axis) => ways[at + 6 + axis]! * 1.002) as Vector;
    const bend = normalized(start.map((part, axis) => part * 0.45 + end[axis]!) as Vector);
    for (const axis of [0, 1, 2]) {
      const first = mix(start[axis]!, bend[axis]! * 1.42, share);
      into.setComponent(axis, mix(first, mix(bend[axis]! * 1.42, end[axis]!, share), share));
    }
  }

  #overMap(ring: StreakRing, slot: number, ways: Float32Array, at: number, share: number): Vector {
    const known = onWorld([ways[at]!, ways[at + 1]!, ways[at + 2]!], 1);
    const start: Vector = hasUnknownPlace(ring, slot)
      ? [(chanceOf(ring, slot) * 2 - 1) * MAP_HALF_WIDTH, -1.06, 0]
      : known;
    const end = onWorld([ways[at + 6]!, ways[at + 7]!, ways[at + 8]!], 1);
    const rise = ways[at + 10]! * 4 * share * (1 - share);
    return [mix(start[0], end[0], share), mix(start[1], end[1], share) + rise * 0.8, 0.002 + rise];
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

const mix = (a: number, b: number, share: number) => a + (b - a) * share;
const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function normalized(v: Vector): Vector {
  const length = Math.hypot(...v);
  return [v[0] / length, v[1] / length, v[2] / length];
}

function hasUnknownPlace({ words }: StreakRing, slot: number): boolean {
  return unpackLook(words[slot * STREAK_WORDS + 6]!).unknownPlace;
}

function chanceOf({ words }: StreakRing, slot: number): number {
  return unitHash(words[slot * STREAK_WORDS + 2]!);
}

function landing(sensor: Vector, targetSlot: number): Vector {
  const away = ((LANDING_DEGREES * Math.PI) / 180) * Math.sqrt((targetSlot + 0.5) / 65_536);
  const turn = ((targetSlot * GOLDEN_TURN) % 1) * 2 * Math.PI;
  const east = normalized(Math.abs(sensor[1]) < 0.9 ? [sensor[2], 0, -sensor[0]] : [0, -sensor[2], sensor[1]]);
  const north: Vector = [
    sensor[1] * east[2] - sensor[2] * east[1],
    sensor[2] * east[0] - sensor[0] * east[2],
    sensor[0] * east[1] - sensor[1] * east[0],
  ];
  return [0, 1, 2].map(
    (axis) =>
      Math.cos(away) * sensor[axis]! + Math.sin(away) * (Math.cos(turn) * east[axis]! + Math.sin(turn) * north[axis]!),
  ) as Vector;
}
