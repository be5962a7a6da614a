import { DoubleSide, type InstancedBufferGeometry, Mesh, type ShaderMaterial } from 'three';
import { ribbonFragment, ribbonVertex } from '../shaders/ribbon.ts';
import { addStrip, lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';
import type { StreakBuffer } from './streak-buffer.ts';
import type { StreakUniforms } from './streak-uniforms.ts';

/** The trails of all streaks, in one draw call. */
export class StreakRibbons implements SceneLayer {
  readonly object: Mesh<InstancedBufferGeometry, ShaderMaterial>;

  constructor(streaks: StreakBuffer, uniforms: StreakUniforms, segments: number) {
    const geometry = streaks.geometry();
    addStrip(geometry, segments);
    const material = lightMaterial(ribbonVertex, ribbonFragment, uniforms);
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
