import { DoubleSide, type InstancedBufferGeometry, Mesh, type ShaderMaterial } from 'three';
import { lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';
import type { StreakBuffer } from './streak-buffer.ts';
import type { StreakUniforms } from './streak-uniforms.ts';

/** One mesh over all streaks, in one draw call: the shape is that of one instance, the shaders do the rest. */
export class StreakLayer implements SceneLayer {
  readonly object: Mesh<InstancedBufferGeometry, ShaderMaterial>;

  constructor(
    streaks: StreakBuffer,
    uniforms: StreakUniforms,
    shape: (geometry: InstancedBufferGeometry) => void,
    vertexShader: string,
    fragmentShader: string,
  ) {
    const geometry = streaks.geometry();
    shape(geometry);
    const material = lightMaterial(vertexShader, fragmentShader, uniforms);
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
