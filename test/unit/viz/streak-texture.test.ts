import { expect, test } from 'vitest';
import { StreakLayer } from '../../../viz/layers/streak-layer.ts';
import { STREAKS_IN_A_ROW, StreakTexture } from '../../../viz/layers/streak-texture.ts';
import { createStreakUniforms } from '../../../viz/layers/streak-uniforms.ts';
import { StreakRing } from '../../../viz/scene/streak-ring.ts';
import { STREAK_WORDS } from '../../../viz/scene/streak-words.ts';
import { views } from '../../../viz/views/index.ts';

const LIFE_SECONDS = 3;

function writeMany(ring: StreakRing, count: number, launch: number): void {
  for (let at = 0; at < count; at++) ring.write(launch, launch);
}

/** As three does when it has handed a texture over. */
function drawn({ texture }: StreakTexture): void {
  texture.clearUpdateRanges();
  texture.onUpdate?.(texture);
}

test('what was written goes to the card row by row, and once', () => {
  const ring = new StreakRing(8 * STREAKS_IN_A_ROW, LIFE_SECONDS);
  const streaks = new StreakTexture(ring);
  const { image } = streaks.texture;
  expect((image.width * image.height * 4) / STREAK_WORDS).toBe(ring.capacity);
  writeMany(ring, STREAKS_IN_A_ROW - 10, 1);
  streaks.upload();
  drawn(streaks);
  writeMany(ring, 20 + STREAKS_IN_A_ROW, 1);
  const { version } = streaks.texture;
  streaks.upload();
  const inStreaks = streaks.texture.updateRanges.map(({ start, count }) => [
    start / STREAK_WORDS,
    count / STREAK_WORDS,
  ]);
  expect(inStreaks).toEqual([
    [STREAKS_IN_A_ROW - 10, 10],
    [STREAKS_IN_A_ROW, STREAKS_IN_A_ROW],
    [2 * STREAKS_IN_A_ROW, 10],
  ]);
  expect(streaks.texture.version).toBe(version + 1);
  drawn(streaks);
  streaks.upload();
  expect(streaks.texture.updateRanges).toEqual([]);
  expect(streaks.texture.version).toBe(version + 1);
  // Most of the rows are handed over as a whole: one call in place of many.
  writeMany(ring, 5 * STREAKS_IN_A_ROW, 1);
  streaks.upload();
  expect([streaks.texture.version, streaks.texture.updateRanges]).toEqual([version + 2, []]);
});

test('no more instances are drawn than the slots in use need, and a view has shaders without the others', () => {
  const ring = new StreakRing(8_192, LIFE_SECONDS);
  const paths = views.map(({ path }) => path);
  const layer = new StreakLayer(new StreakTexture(ring), createStreakUniforms(2, paths), paths, 5);
  layer.upload();
  expect(layer.object.geometry.instanceCount).toBe(0);
  writeMany(ring, 257, 1);
  layer.upload();
  expect(layer.object.geometry.instanceCount).toBe(2);
  expect(layer.object.material.uniforms.streaksUsed!.value).toBe(257);
  const { material: between } = layer.object;
  layer.show(paths[1]!);
  const { material: resting } = layer.object;
  expect(layer.next(paths[1]!).material).toBe(resting);
  expect(between.vertexShader).toContain('atlasWay()');
  expect(resting.vertexShader).not.toContain('atlasWay()');
  expect(resting.vertexShader).toContain('cubeWay()');
  layer.show(null);
  expect(layer.object.material).toBe(between);
  layer.dispose();
});

test('what flew before a texture was made, or before the card lost it, is handed over whole', () => {
  const ring = new StreakRing(8 * STREAKS_IN_A_ROW, LIFE_SECONDS);
  writeMany(ring, 100, 1);
  drawn(new StreakTexture(ring));
  // Of another quality: without ranges, three hands over everything, once it comes to it.
  const streaks = new StreakTexture(ring);
  for (const version of [1, 2]) {
    writeMany(ring, 1, 1);
    streaks.upload();
    expect([streaks.texture.version, streaks.texture.updateRanges]).toEqual([version, []]);
  }
  drawn(streaks);
  writeMany(ring, 1, 1);
  streaks.upload();
  expect([streaks.texture.version, streaks.texture.updateRanges.length]).toEqual([3, 1]);
  // Ranges of a picture that was not drawn any more are void.
  streaks.forget();
  streaks.upload();
  expect([streaks.texture.version, streaks.texture.updateRanges]).toEqual([4, []]);
});
