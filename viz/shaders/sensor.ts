/** A sensor's place: the rim of the disc that its addresses are spread over, four ticks and a slow pulse; its colour is its health. */
import { worldGlsl } from './world.ts';

export const sensorVertex = /* glsl */ `
${worldGlsl}
in vec3 place;
in vec3 health;
uniform float size;
out vec2 vAt;
out vec3 vHealth;
void main() {
  vec3 east = normalize(abs(place.y) < 0.9 ? vec3(place.z, 0.0, -place.x) : vec3(0.0, -place.z, place.y));
  vec3 north = cross(place, east);
  vec3 onGlobe = place * 1.0035 + (east * position.x + north * position.y) * size;
  vec3 flatPlace = onMap(radiansOf(place), 0.0035) + vec3(position.xy * size, 0.0);
  gl_Position = projectionMatrix * viewMatrix * vec4(mix(onGlobe, flatPlace, flatness), 1.0);
  vAt = position.xy;
  vHealth = health;
}`;

export const sensorFragment = /* glsl */ `
precision highp float;
in vec2 vAt;
in vec3 vHealth;
uniform float presence;
uniform float now;
uniform float still;
out vec4 colour;
void main() {
  float r = length(vAt);
  if (r > 1.0) discard;
  float pixel = fwidth(r) * 1.3;
  float rim = 1.0 - smoothstep(0.0, pixel, abs(r - 0.62));
  float tick = step(0.62, r) * step(r, 0.80) * (1.0 - smoothstep(pixel * 0.5, pixel * 1.2, min(abs(vAt.x), abs(vAt.y))));
  float age = fract(now / 3.0);
  float pulse = still > 0.5 ? 0.0 : (1.0 - smoothstep(0.0, 0.05 + pixel, abs(r - mix(0.62, 0.98, age)))) * (1.0 - age);
  colour = vec4(vHealth * presence * (rim * 0.60 + tick * 0.8 + pulse * 0.4), 1.0);
}`;
