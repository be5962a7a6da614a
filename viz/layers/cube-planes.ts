import {
  DoubleSide,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  type IUniform,
  Mesh,
  type ShaderMaterial,
} from 'three';
import { cubePlaneFragment, cubePlaneVertex } from '../shaders/cube.ts';
import { addSquare, lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';

/** The plane that flows leave and the one where they land, in one draw call. */
export class CubePlanes implements SceneLayer {
  readonly object: Mesh<InstancedBufferGeometry, ShaderMaterial>;

  constructor(uniforms: Record<string, IUniform>) {
    const geometry = new InstancedBufferGeometry();
    addSquare(geometry);
    geometry.setAttribute('side', new InstancedBufferAttribute(Float32Array.of(-1, 1), 1));
    geometry.instanceCount = 2;
    const material = lightMaterial(cubePlaneVertex, cubePlaneFragment, uniforms);
    material.side = DoubleSide;
    this.object = new Mesh(geometry, material);
    this.object.frustumCulled = false;
    this.object.renderOrder = 2;
  }

  dispose(): void {
    this.object.removeFromParent();
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}
