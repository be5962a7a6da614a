import { BufferAttribute, BufferGeometry, type IUniform, LineSegments, type ShaderMaterial } from 'three';
import { linesFragment, linesVertex } from '../shaders/lines.ts';
import { lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';
import { colourVector } from './streak-uniforms.ts';

export interface Line {
  readonly from: readonly [x: number, y: number, z: number];
  readonly to: readonly [x: number, y: number, z: number];
  /** At both ends, as CSS writes colours; between them it changes evenly. */
  readonly colours: readonly [from: string, to: string];
  /** Light, 0 to 1. */
  readonly light: number;
}

/** Thin lines that stay where they are: frames, grids, axes; all in one draw call. */
export class Lines implements SceneLayer {
  readonly object: LineSegments<BufferGeometry, ShaderMaterial>;

  constructor(lines: readonly Line[], presence: IUniform<number>) {
    const positions = lines.flatMap(({ from, to }) => [...from, ...to]);
    const colours = lines.flatMap(({ colours: ends, light }) =>
      ends.flatMap((end) => colourVector(end).multiplyScalar(light).toArray()),
    );
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(Float32Array.from(positions), 3));
    geometry.setAttribute('lineColour', new BufferAttribute(Float32Array.from(colours), 3));
    this.object = new LineSegments(geometry, lightMaterial(linesVertex, linesFragment, { presence }));
    this.object.frustumCulled = false;
    this.object.renderOrder = 2;
  }

  dispose(): void {
    this.object.removeFromParent();
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}
