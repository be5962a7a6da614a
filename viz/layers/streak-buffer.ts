/** The ring of streaks on the graphics card: one buffer, from which layers draw. */
import {
  DynamicDrawUsage,
  InstancedBufferGeometry,
  InstancedInterleavedBuffer,
  InterleavedBufferAttribute,
} from 'three';
import type { StreakRing } from '../scene/streak-ring.ts';
import { STREAK_WORDS } from '../scene/streak-words.ts';

export class StreakBuffer {
  readonly ring: StreakRing;
  readonly #buffer: InstancedInterleavedBuffer;
  readonly #geometries: InstancedBufferGeometry[] = [];

  constructor(ring: StreakRing) {
    this.ring = ring;
    this.#buffer = new InstancedInterleavedBuffer(ring.words, STREAK_WORDS, 1);
    this.#buffer.setUsage(DynamicDrawUsage);
  }

  /** A geometry whose instances are the streaks; the caller adds `position` and an index. */
  geometry(): InstancedBufferGeometry {
    const geometry = new InstancedBufferGeometry();
    geometry.setAttribute('streakA', new InterleavedBufferAttribute(this.#buffer, 4, 0));
    geometry.setAttribute('streakB', new InterleavedBufferAttribute(this.#buffer, 4, 4));
    geometry.instanceCount = 0;
    this.#geometries.push(geometry);
    return geometry;
  }

  /** Hands what was written since the last picture to the card, and draws only the part that is in use. */
  upload(): void {
    for (const { first, count } of this.ring.takeDirty()) {
      this.#buffer.addUpdateRange(first * STREAK_WORDS, count * STREAK_WORDS);
      this.#buffer.needsUpdate = true;
    }
    for (const geometry of this.#geometries) geometry.instanceCount = this.ring.used;
  }
}
