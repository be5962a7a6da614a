import { BufferAttribute, BufferGeometry, Points, type ShaderMaterial } from 'three';
import { starFragment, starVertex } from '../shaders/dots.ts';
import { lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';

const DISTANCE = 40;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** A still sky: the same stars on every start, so that pictures can be compared. */
export class Stars implements SceneLayer {
  readonly object: Points<BufferGeometry, ShaderMaterial>;

  constructor(count: number, uniforms: { readonly pixelScale: { value: number } }) {
    const position = new Float32Array(count * 3);
    const magnitude = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      // A sunflower over the sphere, shaken: even, but without a pattern that the eye finds.
      const y = 1 - (2 * (i + noise(i, 1))) / count;
      const turn = i * GOLDEN_ANGLE + noise(i, 2) * 9;
      const ring = Math.sqrt(Math.max(0, 1 - y * y));
      position.set([ring * Math.cos(turn) * DISTANCE, y * DISTANCE, ring * Math.sin(turn) * DISTANCE], i * 3);
      magnitude[i] = noise(i, 3);
    }
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(position, 3));
    geometry.setAttribute('magnitude', new BufferAttribute(magnitude, 1));
    this.object = new Points(geometry, lightMaterial(starVertex, starFragment, { pixelScale: uniforms.pixelScale }));
    this.object.frustumCulled = false;
  }

  dispose(): void {
    this.object.removeFromParent();
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}

/** A number in [0, 1) that only depends on its arguments. */
function noise(i: number, salt: number): number {
  const x = Math.sin(i * 12.9898 + salt * 78.233) * 43758.5453;
  return x - Math.floor(x);
}
