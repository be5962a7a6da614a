/** Trails, sparks and ripples: what every view shows of the streaks. */
import { headFragment, headVertex } from '../shaders/head.ts';
import { ribbonFragment, ribbonVertex } from '../shaders/ribbon.ts';
import { rippleFragment, rippleVertex } from '../shaders/ripple.ts';
import { streakGlsl } from '../shaders/streak.ts';
import type { StreakPath } from '../shaders/streak-path.ts';
import { addSquare, addStrip } from './instanced.ts';
import type { StreakBuffer } from './streak-buffer.ts';
import { StreakLayer } from './streak-layer.ts';
import type { StreakUniforms } from './streak-uniforms.ts';

export function createStreakLayers(
  streaks: StreakBuffer,
  uniforms: StreakUniforms,
  paths: readonly StreakPath[],
  segments: number,
): StreakLayer[] {
  const glsl = streakGlsl(paths);
  return [
    new StreakLayer(streaks, uniforms, (shape) => addStrip(shape, segments), ribbonVertex(glsl), ribbonFragment),
    new StreakLayer(streaks, uniforms, addSquare, headVertex(glsl), headFragment),
    new StreakLayer(streaks, uniforms, addSquare, rippleVertex(glsl), rippleFragment),
  ];
}
