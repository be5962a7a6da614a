import { InstancedBufferAttribute, InstancedBufferGeometry, Mesh, type ShaderMaterial } from 'three';
import { LANDING_DEGREES, type Vector } from '../scene/sphere.ts';
import { sensorFragment, sensorVertex } from '../shaders/sensor.ts';
import { addSquare, lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';
import type { StreakUniforms } from './streak-uniforms.ts';

const MOST = 256;
/** The rim is drawn at 0.62 of the square. */
const SIZE = (LANDING_DEGREES * Math.PI) / 180 / 0.62;

/** A mark on the ground for each sensor, in one draw call. */
export class SensorMarks implements SceneLayer {
  readonly object: Mesh<InstancedBufferGeometry, ShaderMaterial>;
  readonly #places = new InstancedBufferAttribute(new Float32Array(MOST * 3), 3);

  constructor({ now, still }: StreakUniforms) {
    const geometry = new InstancedBufferGeometry();
    addSquare(geometry);
    geometry.setAttribute('place', this.#places);
    geometry.instanceCount = 0;
    this.object = new Mesh(
      geometry,
      lightMaterial(sensorVertex, sensorFragment, { now, still, size: { value: SIZE } }),
    );
    this.object.frustumCulled = false;
    this.object.renderOrder = 3;
  }

  update(places: readonly Vector[]): void {
    const shown = places.slice(0, MOST);
    for (const [i, place] of shown.entries()) this.#places.array.set(place, i * 3);
    this.#places.needsUpdate = true;
    this.object.geometry.instanceCount = shown.length;
  }

  dispose(): void {
    this.object.removeFromParent();
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}
