/** The Earth: a dark sea, land a little lighter, thin borders, countries tinted by what they send, a faint night. */
import { worldGlsl } from './world.ts';

export const globeVertex = /* glsl */ `
${worldGlsl}
out vec3 vPlace;
out vec3 vNormal;
out vec2 vUv;
void main() {
  vNormal = position;
  vUv = uv;
  // The seam's two edges have one place on the globe: on the map it is the texture that tells them apart.
  vec2 radians = (uv.yx - 0.5) * vec2(3.14159265, 6.28318531);
  vPlace = mix(position, onMap(radians, 0.0), flatness);
  gl_Position = projectionMatrix * viewMatrix * vec4(vPlace, 1.0);
}`;

export const globeFragment = /* glsl */ `
precision highp float;
in vec3 vPlace;
in vec3 vNormal;
in vec2 vUv;
uniform float flatness;
uniform float presence;
uniform sampler2D land;
uniform sampler2D countries;
uniform sampler2D rates;
uniform float mapReady;
uniform vec3 sun;
out vec4 colour;

const vec3 SEA = vec3(0.010, 0.020, 0.043);
const vec3 LAND = vec3(0.068, 0.116, 0.182);
const vec3 QUIET = vec3(0.072, 0.152, 0.262);
const vec3 LOUD = vec3(0.115, 0.285, 0.505);
const vec3 BORDER = vec3(0.330, 0.540, 0.780);
const vec3 RIM = vec3(0.240, 0.520, 0.960);

/** Lines every 15 degrees, kept one pixel wide. */
float graticule() {
  vec2 degrees = vUv * vec2(360.0, 180.0);
  vec2 cell = abs(fract(degrees / 15.0 - 0.5) - 0.5) * 15.0;
  vec2 width = max(fwidth(degrees), 1e-4);
  vec2 line = 1.0 - smoothstep(vec2(0.0), width * 1.2, cell);
  // Meridians meet at the poles: no lines there.
  line.x *= step(abs(degrees.y - 90.0), 80.0);
  return max(line.x, line.y);
}

void main() {
  vec3 n = normalize(vNormal);
  vec3 toEye = normalize(cameraPosition - vPlace);
  float facing = mix(max(dot(n, toEye), 0.0), 1.0, flatness);
  vec4 map = texture(land, vUv);
  float ground = smoothstep(0.30, 0.62, map.r) * mapReady;
  int country = int(texture(countries, vec2(vUv.x, 1.0 - vUv.y)).r * 255.0 + 0.5);
  float rate = texelFetch(rates, ivec2(country, 0), 0).r;

  float day = smoothstep(-0.16, 0.22, dot(n, sun));
  vec3 sea = SEA * (0.75 + 0.5 * facing) + vec3(0.006, 0.013, 0.026) * day;
  vec3 tinted = mix(LAND, mix(QUIET, LOUD, rate), smoothstep(0.0, 0.06, rate));
  vec3 base = mix(sea, tinted * mix(0.74, 1.08, day), ground);
  base += BORDER * (map.g * 0.50 + map.b * 0.42) * mapReady * (0.55 + 0.45 * facing);
  base += vec3(0.10, 0.19, 0.32) * graticule() * 0.16 * facing;
  float away = (1.0 - facing) * (1.0 - facing);
  float rim = away * away;
  base += RIM * rim * (0.42 + 0.30 * day);
  colour = vec4(base, presence);
}`;

/** A thin shell of light around the silhouette, by how close the line of sight passes the ground. */
export const atmosphereVertex = /* glsl */ `
out vec3 vPlace;
void main() {
  vPlace = position * 1.13;
  gl_Position = projectionMatrix * viewMatrix * vec4(vPlace, 1.0);
}`;

export const atmosphereFragment = /* glsl */ `
precision highp float;
in vec3 vPlace;
uniform vec3 sun;
uniform float presence;
uniform float flatness;
out vec4 colour;
void main() {
  vec3 sight = normalize(vPlace - cameraPosition);
  vec3 nearest = cameraPosition - sight * dot(cameraPosition, sight);
  float height = length(nearest) - 1.0;
  float day = 0.65 + 0.35 * smoothstep(-0.5, 0.6, dot(normalize(nearest), sun));
  float glow = exp(-max(height, 0.0) * 42.0) * 0.55 + exp(-max(height, 0.0) * 150.0) * 0.45;
  glow *= smoothstep(0.115, 0.06, height) * smoothstep(-0.02, 0.0, height);
  colour = vec4(vec3(0.20, 0.46, 0.92) * glow * day * presence * (1.0 - flatness) * (1.0 - flatness), 1.0);
}`;
