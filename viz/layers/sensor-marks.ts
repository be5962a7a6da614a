import { InstancedBufferAttribute, InstancedBufferGeometry, Mesh, type ShaderMaterial } from 'three';
import type { SensorView } from '../../shared/wire/messages.ts';
import { sensorPlace } from '../scene/sensor-table.ts';
import { sensorFragment, sensorVertex } from '../shaders/sensor.ts';
import type { SceneUniforms } from '../views/view.ts';
import type { WorldUniforms } from './globe.ts';
import { addSquare, lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';
import { colourVector } from './streak-uniforms.ts';

const MOST = 256;
/** Streaks land within so many degrees around the mark's middle, as in views/atlas.ts. */
export const LANDING_DEGREES = 3.5;
/** The rim is drawn at 0.62 of the square. */
const SIZE = (LANDING_DEGREES * Math.PI) / 180 / 0.62;
/** By what is known of a sensor: well, losing packets, silent, gone or finished. */
const health = {
  well: colourVector('#bfe6ff'),
  losing: colourVector('#ffb02e'),
  silent: colourVector('#ff6a3a'),
  ended: colourVector('#7f8da3'),
} as const;
const SILENT_SECONDS = 10;

/** A mark on the ground for each sensor, in one draw call. */
export class SensorMarks implements SceneLayer {
  readonly object: Mesh<InstancedBufferGeometry, ShaderMaterial>;
  readonly #places = new InstancedBufferAttribute(new Float32Array(MOST * 3), 3);
  readonly #health = new InstancedBufferAttribute(new Float32Array(MOST * 3), 3);

  constructor({ now, still }: SceneUniforms, { flatness, presence }: WorldUniforms) {
    const geometry = new InstancedBufferGeometry();
    addSquare(geometry);
    geometry.setAttribute('place', this.#places);
    geometry.setAttribute('health', this.#health);
    geometry.instanceCount = 0;
    const uniforms = { now, still, flatness, presence, size: { value: SIZE } };
    this.object = new Mesh(geometry, lightMaterial(sensorVertex, sensorFragment, uniforms));
    this.object.frustumCulled = false;
    this.object.renderOrder = 3;
  }

  update(sensors: readonly SensorView[]): void {
    const shown = sensors.slice(0, MOST);
    for (const [i, sensor] of shown.entries()) {
      this.#places.array.set(sensorPlace(sensor), i * 3);
      this.#health.array.set(healthOf(sensor).toArray(), i * 3);
    }
    this.#places.needsUpdate = this.#health.needsUpdate = true;
    this.object.geometry.instanceCount = shown.length;
  }

  dispose(): void {
    this.object.removeFromParent();
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}

function healthOf({ state, silentSeconds, droppedPackets }: SensorView) {
  if (state === 'finished') return health.ended;
  if (state === 'lost' || silentSeconds > SILENT_SECONDS) return health.silent;
  return droppedPackets > 0 ? health.losing : health.well;
}
