import { DoubleSide, type InstancedBufferGeometry, Mesh, type ShaderMaterial } from 'three';
import { rippleFragment, rippleVertex } from '../shaders/ripple.ts';
import { addSquare, lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';
import type { StreakBuffer } from './streak-buffer.ts';
import type { StreakUniforms } from './streak-uniforms.ts';

/** The ripples where streaks leave and land, in one draw call. */
export class StreakRipples implements SceneLayer {
  readonly object: Mesh<InstancedBufferGeometry, ShaderMaterial>;

  constructor(streaks: StreakBuffer, uniforms: StreakUniforms) {
    const geometry = streaks.geometry();
    addSquare(geometry);
    const material = lightMaterial(rippleVertex, rippleFragment, uniforms);
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
