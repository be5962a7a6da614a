import { BufferAttribute, DoubleSide, type InstancedBufferGeometry, Mesh, type ShaderMaterial } from 'three';
import { streakGlsl } from '../shaders/streak.ts';
import { StreakPart, streakFragment, streakVertex } from '../shaders/streak-parts.ts';
import type { StreakPath } from '../shaders/streak-path.ts';
import { lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';
import type { StreakBuffer } from './streak-buffer.ts';
import type { StreakUniforms } from './streak-uniforms.ts';

/** All streaks, with trails, sparks and ripples, in one draw call: the shape is that of one, the shaders do the rest. */
export class StreakLayer implements SceneLayer {
  readonly object: Mesh<InstancedBufferGeometry, ShaderMaterial>;

  constructor(streaks: StreakBuffer, uniforms: StreakUniforms, paths: readonly StreakPath[], segments: number) {
    const geometry = streaks.geometry();
    addShape(geometry, segments);
    const material = lightMaterial(streakVertex(streakGlsl(paths)), streakFragment, uniforms);
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

/** A strip whose x runs from 0 to 1 along the trail and whose y is -1 or 1 across, and two squares from -1 to 1. */
function addShape(geometry: InstancedBufferGeometry, segments: number): void {
  const position: number[] = [];
  const index: number[] = [];
  for (let piece = 0; piece <= segments; piece++) {
    const at = piece * 2;
    position.push(piece / segments, -1, StreakPart.ribbon, piece / segments, 1, StreakPart.ribbon);
    if (piece < segments) index.push(at, at + 1, at + 2, at + 1, at + 3, at + 2);
  }
  for (const part of [StreakPart.head, StreakPart.ripple]) {
    const at = position.length / 3;
    position.push(-1, -1, part, 1, -1, part, 1, 1, part, -1, 1, part);
    index.push(at, at + 1, at + 2, at, at + 2, at + 3);
  }
  geometry.setAttribute('position', new BufferAttribute(Float32Array.from(position), 3));
  geometry.setIndex(index);
}
