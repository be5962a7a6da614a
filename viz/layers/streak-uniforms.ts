/** Uniforms that all streak layers share: set once a picture, by the view. */
import { Color, Vector2, Vector3 } from 'three';
import { classColours } from '../scene/class-colours.ts';

export const EDGE_RADIUS = 1.145;
export const FLIGHT_SECONDS = 2.2;
/** The shaders' LIFE times a flight, and a little more. */
export const LIFE_SECONDS = FLIGHT_SECONDS * 1.35 + 0.05;

export function createStreakUniforms(ribbonPixels: number) {
  return {
    now: { value: 0 },
    flightSeconds: { value: FLIGHT_SECONDS },
    brightness: { value: 1 },
    still: { value: 0 },
    classMask: { value: 0xff },
    classColours: { value: classColours.map((colour) => colourVector(colour)) },
    edgeRight: { value: new Vector3(1, 0, 0) },
    edgeUp: { value: new Vector3(0, 1, 0) },
    edgeRadius: { value: EDGE_RADIUS },
    viewport: { value: new Vector2(1, 1) },
    pixelScale: { value: 1 },
    ribbonPixels: { value: ribbonPixels },
  };
}
export type StreakUniforms = ReturnType<typeof createStreakUniforms>;

/** The colour as written: the scene is composed in the screen's own colours, nothing converts it. */
function colourVector(text: string): Vector3 {
  const { r, g, b } = new Color().setStyle(text, '');
  return new Vector3(r, g, b);
}
