import { BufferAttribute, BufferGeometry, Points, type ShaderMaterial } from 'three';
import { edgeFragment, edgeVertex } from '../shaders/dots.ts';
import { lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';
import type { StreakUniforms } from './streak-uniforms.ts';

const DOTS = 360;
const MARK_EVERY = 15;

/** The dotted ring around the globe where flows of unknown place begin: always in view, never on the map. */
export class EdgeRing implements SceneLayer {
  readonly object: Points<BufferGeometry, ShaderMaterial>;

  constructor({ edgeRight, edgeUp, edgeRadius, pixelScale }: StreakUniforms) {
    const turn = Float32Array.from({ length: DOTS }, (_, i) => (i / DOTS) * 2 * Math.PI);
    const mark = Float32Array.from({ length: DOTS }, (_, i) => (i % MARK_EVERY === 0 ? 1 : 0));
    const geometry = new BufferGeometry();
    // The shader places the dots; three counts the vertices by this attribute.
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(DOTS * 3), 3));
    geometry.setAttribute('turn', new BufferAttribute(turn, 1));
    geometry.setAttribute('mark', new BufferAttribute(mark, 1));
    const material = lightMaterial(edgeVertex, edgeFragment, { edgeRight, edgeUp, edgeRadius, pixelScale });
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
