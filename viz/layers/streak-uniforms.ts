/** Uniforms that all streak layers share, with those of each view's path: set once a picture. */
import { Color, DataTexture, type IUniform, RedFormat, Vector2, Vector3 } from 'three';
import { classShapes } from '../scene/class-shapes.ts';
import { palettes } from '../scene/palettes.ts';
import type { StreakPath } from '../shaders/streak-path.ts';

export const FLIGHT_SECONDS = 2.2;
/** The shaders' LIFE times a flight, and a little more. */
export const LIFE_SECONDS = FLIGHT_SECONDS * 1.35 + 0.05;
/** Keys of sixteen bits, as a square. */
export const CATEGORY_TABLE_SIDE = 256;

export function createStreakUniforms(ribbonPixels: number, paths: readonly StreakPath[]) {
  const categories = new DataTexture(
    new Uint8Array(CATEGORY_TABLE_SIDE * CATEGORY_TABLE_SIDE),
    CATEGORY_TABLE_SIDE,
    CATEGORY_TABLE_SIDE,
    RedFormat,
  );
  categories.needsUpdate = true;
  return {
    ...(Object.assign({}, ...paths.map(({ uniforms }) => uniforms)) as Record<string, IUniform>),
    now: { value: 0 },
    flightSeconds: { value: FLIGHT_SECONDS },
    brightness: { value: 1 },
    still: { value: 0 },
    categoryMask: { value: 0xff },
    colourBy: { value: 0 },
    categoryOf: { value: categories },
    palette: { value: sceneVectors(palettes[0]!.sceneColours) },
    trailShapes: { value: classShapes.map(({ strokes, lit, width }) => new Vector3(strokes, lit, width)) },
    viewport: { value: new Vector2(1, 1) },
    pixelScale: { value: 1 },
    ribbonPixels: { value: ribbonPixels },
    viewFrom: { value: 0 },
    viewTo: { value: 0 },
    morph: { value: 0 },
    hovered: { value: -1 },
    isPinned: { value: 0 },
    pinnedSource: { value: 0 },
  };
}
export type StreakUniforms = ReturnType<typeof createStreakUniforms>;

export const sceneVectors = (colours: readonly string[]) => colours.map((colour) => colourVector(colour));

/** The colour as written: the scene is composed in the screen's own colours, nothing converts it. */
export function colourVector(text: string): Vector3 {
  const { r, g, b } = new Color().setStyle(text, '');
  return new Vector3(r, g, b);
}
