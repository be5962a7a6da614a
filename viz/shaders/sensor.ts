/** A sensor's place: the rim of the disc that its addresses are spread over, four ticks and a slow pulse. */
export const sensorVertex = /* glsl */ `
in vec3 place;
uniform float size;
out vec2 vAt;
void main() {
  vec3 east = normalize(abs(place.y) < 0.9 ? vec3(place.z, 0.0, -place.x) : vec3(0.0, -place.z, place.y));
  vec3 north = cross(place, east);
  vec3 at = place * 1.0035 + (east * position.x + north * position.y) * size;
  gl_Position = projectionMatrix * viewMatrix * vec4(at, 1.0);
  vAt = position.xy;
}`;

export const sensorFragment = /* glsl */ `
precision highp float;
in vec2 vAt;
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
  colour = vec4(vec3(0.75, 0.90, 1.0) * (rim * 0.60 + tick * 0.8 + pulse * 0.4), 1.0);
}`;
