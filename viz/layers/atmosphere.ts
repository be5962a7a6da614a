import { BackSide, type BufferGeometry, Mesh, type ShaderMaterial, type Vector3 } from 'three';
import { atmosphereFragment, atmosphereVertex } from '../shaders/globe.ts';
import { sphereGeometry, type WorldUniforms } from './globe.ts';
import { lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';

/** The thin light around the globe's silhouette. */
export class Atmosphere implements SceneLayer {
  readonly object: Mesh<BufferGeometry, ShaderMaterial>;

  constructor(sun: { value: Vector3 }, { flatness, presence }: WorldUniforms) {
    const material = lightMaterial(atmosphereVertex, atmosphereFragment, { sun, flatness, presence });
    material.side = BackSide;
    this.object = new Mesh(sphereGeometry(64, 32), material);
    this.object.renderOrder = 2;
  }

  dispose(): void {
    this.object.removeFromParent();
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}
