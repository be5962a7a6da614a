/** Ripples on the surface: a small one where a streak leaves, a larger one where it lands. A part of shaders/streak-parts.ts. */
export const rippleGlsl = /* glsl */ `
bool rippleLeaves(float progress) { return progress < 0.22 && !hasUnknownPlace(); }
bool rippleIsSeen(float progress) { return still < 0.5 && (progress >= 0.98 || rippleLeaves(progress)); }
float rippleShare(float progress) { return rippleLeaves(progress) ? 0.0 : 1.0; }
void ripple(float progress, vec3 place) {
  bool atSource = rippleLeaves(progress);
  float age = atSource ? progress / 0.22 : (progress - 0.98) / (LIFE - 0.98);
  vec3 up = surfaceNormal(place);
  vec3 east = normalize(abs(up.y) < 0.9 ? vec3(up.z, 0.0, -up.x) : vec3(0.0, -up.z, up.y));
  vec3 north = cross(up, east);
  float size = (atSource ? 0.014 : 0.024) * (0.25 + 0.75 * sqrt(age)) * (1.0 + 0.07 * weight());
  gl_Position = onScreen(place + up * 0.001 + (east * position.x + north * position.y) * size);
  vThickness = mix(0.45, 0.16, age);
  vAlpha = (1.0 - age) * (1.0 - age) * brightness * (atSource ? 0.9 : 0.34) * emphasis();
}
`;

export const rippleLight = /* glsl */ `
vec3 rippleLight() { return vColour * (1.0 - smoothstep(0.0, vThickness, abs(length(vAt) - 0.8))); }
`;
