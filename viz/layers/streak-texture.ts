/** The ring of streaks on the graphics card: a texture of words, two texels a streak, from which the shaders read. */
import { DataTexture, NearestFilter, RGBAIntegerFormat, UnsignedIntType } from 'three';
import type { SlotRange, StreakRing } from '../scene/streak-ring.ts';
import { STREAK_WORDS } from '../scene/streak-words.ts';

/** Of the texture, which is full: a ring holds a multiple of them. */
export const STREAKS_IN_A_ROW = 1024;
const TEXEL_WORDS = 4;
export const STREAK_TEXELS = STREAK_WORDS / TEXEL_WORDS;

export class StreakTexture {
  readonly ring: StreakRing;
  readonly texture: DataTexture;
  /** The card has what was written before. */
  #isThere = false;

  /** Throws RangeError for a ring whose last row would not be full. */
  constructor(ring: StreakRing) {
    this.ring = ring;
    const rows = ring.capacity / STREAKS_IN_A_ROW;
    if (!Number.isInteger(rows)) throw new RangeError(`${ring.capacity} streaks fill no rows of ${STREAKS_IN_A_ROW}`);
    this.texture = new DataTexture(ring.words, STREAKS_IN_A_ROW * STREAK_TEXELS, rows, RGBAIntegerFormat);
    this.texture.type = UnsignedIntType;
    this.texture.internalFormat = 'RGBA32UI';
    this.texture.minFilter = this.texture.magFilter = NearestFilter;
    this.texture.onUpdate = () => {
      this.#isThere = true;
    };
  }

  /** The card has lost everything. */
  forget(): void {
    this.#isThere = false;
  }

  /** Hands what was written since the last picture to the card; at first, all there is. */
  upload(): void {
    const dirty = this.ring.takeDirty();
    if (dirty.length === 0 && this.#isThere) return;
    const rows = dirty.reduce((sum, { first, count }) => sum + rowOf(first + count - 1) - rowOf(first) + 1, 0);
    // Without ranges all of it goes at once.
    if (!this.#isThere || rows > this.texture.image.height / 2) this.texture.clearUpdateRanges();
    else for (const range of dirty) this.#addRows(range);
    this.texture.needsUpdate = true;
  }

  /** Row by row, as three has it. */
  #addRows({ first, count }: SlotRange): void {
    const end = first + count;
    for (let from = first; from < end; ) {
      const rowEnd = Math.min(end, (rowOf(from) + 1) * STREAKS_IN_A_ROW);
      this.texture.addUpdateRange(from * STREAK_WORDS, (rowEnd - from) * STREAK_WORDS);
      from = rowEnd;
    }
  }

  dispose(): void {
    this.texture.dispose();
  }
}

const rowOf = (slot: number) => Math.floor(slot / STREAKS_IN_A_ROW);
