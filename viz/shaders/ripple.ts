/** Ripples on the surface: a small one where a streak leaves, a larger one where it lands. */
export const rippleVertex = (streak: string) => /* glsl */ `
${streak}
out vec3 vColour;
out vec2 vAt;
out float vAlpha;
out float vThickness;

void main() {
  float progress = progressOf();
  float leaving = progress / 0.22;
  float landing = (progress - 0.98) / (LIFE - 0.98);
  bool atSource = leaving < 1.0 && !hasUnknownPlace();
  if (still > 0.5 || (!atSource && landing < 0.0) || isHidden(progress)) { gl_Position = NOWHERE; return; }
  float age = atSource ? leaving : landing;
  vec3 place = streakPoint(flightOf(), atSource ? 0.0 : 1.0);
  vec3 up = surfaceNormal(place);
  vec3 east = normalize(abs(up.y) < 0.9 ? vec3(up.z, 0.0, -up.x) : vec3(0.0, -up.z, up.y));
  vec3 north = cross(up, east);
  float size = (atSource ? 0.014 : 0.024) * (0.25 + 0.75 * sqrt(age)) * (1.0 + 0.07 * weight());
  gl_Position = projectionMatrix * viewMatrix
    * vec4(place + up * 0.001 + (east * position.x + north * position.y) * size, 1.0);
  vAt = position.xy;
  vThickness = mix(0.45, 0.16, age);
  vColour = palette[category()];
  vAlpha = (1.0 - age) * (1.0 - age) * brightness * (atSource ? 0.9 : 0.34) * emphasis();
}`;

export const rippleFragment = /* glsl */ `
precision highp float;
in vec3 vColour;
in vec2 vAt;
in float vAlpha;
in float vThickness;
out vec4 colour;
void main() {
  float ring = 1.0 - smoothstep(0.0, vThickness, abs(length(vAt) - 0.8));
  colour = vec4(vColour * ring * vAlpha, 1.0);
}`;
