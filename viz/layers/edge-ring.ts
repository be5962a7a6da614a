import { BufferAttribute, BufferGeometry, Points, type ShaderMaterial, type Vector3 } from 'three';
import { edgeFragment, edgeVertex } from '../shaders/dots.ts';
import type { WorldUniforms } from './globe.ts';
import { lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';

export const EDGE_RADIUS = 1.145;
const DOTS = 360;
const MARK_EVERY = 15;

/** The eye's right and up: the ring always faces it. */
export interface EdgeUniforms extends WorldUniforms {
  readonly edgeRight: { value: Vector3 };
  readonly edgeUp: { value: Vector3 };
  readonly pixelScale: { value: number };
}

/** The dotted ring around the globe where flows of unknown place begin: always in view, never on the map. */
export class EdgeRing implements SceneLayer {
  readonly object: Points<BufferGeometry, ShaderMaterial>;

  constructor(uniforms: EdgeUniforms) {
    const turn = Float32Array.from({ length: DOTS }, (_, i) => (i / DOTS) * 2 * Math.PI);
    const mark = Float32Array.from({ length: DOTS }, (_, i) => (i % MARK_EVERY === 0 ? 1 : 0));
    const geometry = new BufferGeometry();
    // The shader places the dots; three counts the vertices by this attribute.
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(DOTS * 3), 3));
    geometry.setAttribute('turn', new BufferAttribute(turn, 1));
    geometry.setAttribute('mark', new BufferAttribute(mark, 1));
    const material = lightMaterial(edgeVertex, edgeFragment, { ...uniforms, edgeRadius: { value: EDGE_RADIUS } });
    this.object = new Points(geometry, material);
    this.object.frustumCulled = false;
    this.object.renderOrder = 4;
  }

  dispose(): void {
    this.object.removeFromParent();
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}
