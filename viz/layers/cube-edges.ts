import { BufferAttribute, BufferGeometry, type IUniform, LineSegments, type ShaderMaterial } from 'three';
import { CUBE } from '../scene/cube-axes.ts';
import { cubeEdgeFragment, cubeEdgeVertex } from '../shaders/cube.ts';
import { lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';

/** The four edges that join the planes, in one draw call. */
export class CubeEdges implements SceneLayer {
  readonly object: LineSegments<BufferGeometry, ShaderMaterial>;

  constructor(presence: IUniform<number>) {
    const corners = [-CUBE.y, CUBE.y].flatMap((y) => [-CUBE.z, CUBE.z].flatMap((z) => [-CUBE.x, y, z, CUBE.x, y, z]));
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(Float32Array.from(corners), 3));
    this.object = new LineSegments(geometry, lightMaterial(cubeEdgeVertex, cubeEdgeFragment, { presence }));
    this.object.frustumCulled = false;
    this.object.renderOrder = 2;
  }

  dispose(): void {
    this.object.removeFromParent();
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}
