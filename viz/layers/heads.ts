import { DoubleSide, type InstancedBufferGeometry, Mesh, type ShaderMaterial } from 'three';
import { headFragment, headVertex } from '../shaders/head.ts';
import { addSquare, lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';
import type { StreakBuffer } from './streak-buffer.ts';
import type { StreakUniforms } from './streak-uniforms.ts';

/** The sparks at the front of the trails, in one draw call. */
export class StreakHeads implements SceneLayer {
  readonly object: Mesh<InstancedBufferGeometry, ShaderMaterial>;

  constructor(streaks: StreakBuffer, uniforms: StreakUniforms) {
    const geometry = streaks.geometry();
    addSquare(geometry);
    const material = lightMaterial(headVertex, headFragment, uniforms);
    material.side = DoubleSide;
    this.object = new Mesh(geometry, material);
    this.object.frustumCulled = false;
    this.object.renderOrder = 5;
  }

  dispose(): void {
    this.object.removeFromParent();
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}
