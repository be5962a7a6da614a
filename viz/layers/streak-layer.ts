import { BufferAttribute, DoubleSide, InstancedBufferGeometry, Mesh, type ShaderMaterial } from 'three';
import { streakGlsl } from '../shaders/streak.ts';
import { StreakPart, streakFragment, streakVertex } from '../shaders/streak-parts.ts';
import type { StreakPath } from '../shaders/streak-path.ts';
import { lightMaterial } from './instanced.ts';
import type { SceneLayer } from './layer.ts';
import { STREAK_TEXELS, STREAKS_IN_A_ROW, type StreakTexture } from './streak-texture.ts';
import type { StreakUniforms } from './streak-uniforms.ts';

/** An instance costs as much as some ten vertices where pictures are drawn in software: each is so many streaks. */
const STREAKS_AN_INSTANCE = 256;

/** All streaks, with trails, sparks and ripples, in one draw call: the shape is that of a few, the shaders do the rest. */
export class StreakLayer implements SceneLayer {
  readonly object: Mesh<InstancedBufferGeometry, ShaderMaterial>;
  readonly #streaks: StreakTexture;
  readonly #used = { value: 0 };
  /** Between views, and within each of them: made when first needed. */
  readonly #morphing: ShaderMaterial;
  readonly #resting = new Map<StreakPath, ShaderMaterial>();
  readonly #makeMaterial: (paths: readonly StreakPath[]) => ShaderMaterial;

  constructor(streaks: StreakTexture, uniforms: StreakUniforms, paths: readonly StreakPath[], segments: number) {
    this.#streaks = streaks;
    const geometry = new InstancedBufferGeometry();
    const shape = shapeOf(segments);
    addShapes(geometry, shape, STREAKS_AN_INSTANCE);
    const all = { ...uniforms, streakWords: { value: streaks.texture }, streaksUsed: this.#used };
    this.#makeMaterial = (some) => createMaterial(some, all, shape.position.length / VERTEX_SIZE);
    this.#morphing = this.#makeMaterial(paths);
    this.object = new Mesh(geometry, this.#morphing);
    this.object.frustumCulled = false;
    this.object.renderOrder = 5;
  }

  /** Of the view that is shown; null on the way from one to another. */
  show(path: StreakPath | null): void {
    this.object.material = this.#materialOf(path);
  }

  /** What is about to be shown, for the card to make ready: without that, its first picture comes late. */
  next(path: StreakPath | null): Mesh {
    return new Mesh(this.object.geometry, this.#materialOf(path));
  }

  #materialOf(path: StreakPath | null): ShaderMaterial {
    if (path === null) return this.#morphing;
    const material = this.#resting.get(path) ?? this.#makeMaterial([path]);
    this.#resting.set(path, material);
    return material;
  }

  /** Before each picture: what was written since the last one, and only the part that is in use. */
  upload(): void {
    this.#streaks.upload();
    const { used } = this.#streaks.ring;
    this.#used.value = used;
    this.object.geometry.instanceCount = Math.ceil(used / STREAKS_AN_INSTANCE);
  }

  dispose(): void {
    this.object.removeFromParent();
    this.object.geometry.dispose();
    for (const material of [this.#morphing, ...this.#resting.values()]) material.dispose();
  }
}

function createMaterial(
  paths: readonly StreakPath[],
  uniforms: StreakUniforms,
  verticesAStreak: number,
): ShaderMaterial {
  const material = lightMaterial(streakVertex(streakGlsl(paths)), streakFragment, uniforms);
  material.defines = { STREAKS_AN_INSTANCE, STREAKS_IN_A_ROW, STREAK_TEXELS, VERTICES_A_STREAK: verticesAStreak };
  material.side = DoubleSide;
  return material;
}

const VERTEX_SIZE = 3;

interface Shape {
  readonly position: readonly number[];
  readonly index: readonly number[];
}

/** A strip whose x runs from 0 to 1 along the trail and whose y is -1 or 1 across, and two squares from -1 to 1. */
function shapeOf(segments: number): Shape {
  const position: number[] = [];
  const index: number[] = [];
  for (let piece = 0; piece <= segments; piece++) {
    const at = piece * 2;
    position.push(piece / segments, -1, StreakPart.ribbon, piece / segments, 1, StreakPart.ribbon);
    if (piece < segments) index.push(at, at + 1, at + 2, at + 1, at + 3, at + 2);
  }
  for (const part of [StreakPart.head, StreakPart.ripple]) {
    const at = position.length / VERTEX_SIZE;
    position.push(-1, -1, part, 1, -1, part, 1, 1, part, -1, 1, part);
    index.push(at, at + 1, at + 2, at, at + 2, at + 3);
  }
  return { position, index };
}

/** The shape so many times: which of them a vertex is of follows from its number, which has sixteen bits. */
function addShapes(geometry: InstancedBufferGeometry, { position, index }: Shape, times: number): void {
  const vertices = position.length / VERTEX_SIZE;
  const positions = new Float32Array(position.length * times);
  const indices = new Uint16Array(index.length * times);
  for (let time = 0; time < times; time++) {
    positions.set(position, position.length * time);
    for (const [at, vertex] of index.entries()) indices[index.length * time + at] = vertices * time + vertex;
  }
  geometry.setAttribute('position', new BufferAttribute(positions, VERTEX_SIZE));
  geometry.setIndex(new BufferAttribute(indices, 1));
  geometry.instanceCount = 0;
}
