/** A layer of the scene: one draw call, and an owner who frees it. */
import type { Object3D } from 'three';

export interface SceneLayer {
  /** Made once, in the constructor. */
  readonly object: Object3D;
  /** Called before every picture. Uniforms that layers share are set by the view. */
  animate?(): void;
  dispose(): void;
}
