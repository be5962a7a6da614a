/**
 * The head: a soft spark at the front of the trail; with reduced motion, a light that glows at the source. A part of
 * shaders/streak-parts.ts.
 */
export const headGlsl = /* glsl */ `
bool headIsSeen(float progress) { return still > 0.5 || progress <= 1.0; }
float headShare(float progress) { return still > 0.5 ? 0.0 : progress; }
void head(float progress, float share, vec4 here, vec4 ahead) {
  float strength = emphasis();
  float pixels = (5.0 + 0.9 * weight()) * pixelScale * (strength > 1.0 ? 1.5 : 1.0);
  gl_Position = here + vec4(position.xy * pixels / viewport * 2.0 * here.w, 0.0, 0.0);
  float glow = still > 0.5
    ? sin(PI * clamp(progress / LIFE, 0.0, 1.0)) : smoothstep(0.0, 0.05, progress) * landingFade(share);
  vAlpha = glow * brightness * strength * (still > 0.5 ? 1.0 : shortWayFade(here, ahead));
}
`;

export const headLight = /* glsl */ `
vec3 headLight() {
  float r = min(1.0, dot(vAt, vAt));
  float halo = (1.0 - r) * (1.0 - r);
  float core = smoothstep(0.16, 0.0, r);
  return vColour * halo * 0.6 + mix(vColour, vec3(1.0), 0.6) * core;
}
`;
