/** The Cube's two planes: grids that follow the scale of the ports, blue where flows leave, amber where they land. */
import { cubeAxesGlsl } from './cube-path.ts';

export const cubePlaneVertex = /* glsl */ `
in float side;
out vec2 vAt;
out float vSide;
const vec2 HALF = vec2(0.75, 0.75);
void main() {
  vAt = position.xy;
  vSide = side;
  gl_Position = projectionMatrix * viewMatrix * vec4(side * 1.15, position.y * HALF.y, position.x * HALF.x, 1.0);
}`;

export const cubePlaneFragment = /* glsl */ `
precision highp float;
in vec2 vAt;
in float vSide;
${cubeAxesGlsl}
uniform float presence;
out vec4 colour;

float lineAt(float value, float width) { return 1.0 - smoothstep(0.0, width, abs(value)); }

/** Powers of two on a logarithmic axis, sixteenths on a linear one. */
float portLines() {
  float low = portScale(cubePorts.x);
  float high = portScale(cubePorts.y);
  float value = mix(low, high, vAt.x * 0.5 + 0.5);
  float cell = cubeLogarithmic > 0.5 ? 1.0 : (high - low) / 16.0;
  float from = cubeLogarithmic > 0.5 ? 0.0 : low;
  float distance = abs(fract((value - from) / cell + 0.5) - 0.5) * cell;
  return lineAt(distance, fwidth(value) * 1.1);
}
float addressLines() {
  float value = vAt.y * 4.0;
  return lineAt(abs(fract(value + 0.5) - 0.5), fwidth(value) * 1.1);
}
void main() {
  vec3 tint = vSide < 0.0 ? vec3(0.20, 0.46, 0.92) : vec3(0.92, 0.58, 0.20);
  vec2 edge = smoothstep(vec2(1.0), vec2(1.0) - fwidth(vAt) * 1.6, abs(vAt));
  float frame = 1.0 - edge.x * edge.y;
  float grid = max(portLines(), addressLines());
  // A little light from the rim inwards, so that the plane is seen as one.
  float rim = pow(max(abs(vAt.x), abs(vAt.y)), 6.0);
  colour = vec4(tint * (0.030 + 0.055 * rim + 0.15 * grid + 0.55 * frame) * presence, 1.0);
}`;
