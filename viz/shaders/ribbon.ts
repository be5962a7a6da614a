/** The trail: a strip along the last part of the way, with a width in pixels and soft edges. A part of shaders/streak-parts.ts. */
export const ribbonGlsl = /* glsl */ `
uniform float ribbonPixels;

bool ribbonIsSeen(float progress) { return still < 0.5 && progress <= 1.0 + TRAIL; }
float ribbonShare(float progress) {
  return mix(clamp(progress - TRAIL, 0.0, 1.0), clamp(progress, 0.0, 1.0), position.x);
}
void ribbon(float progress, float share, vec4 here, vec4 ahead) {
  float u = position.x;
  vec2 along = (ahead.xy / ahead.w - here.xy / here.w) * viewport;
  vec2 across = normalize(vec2(-along.y, along.x) + 1e-6);
  float strength = emphasis();
  float pixels = (ribbonPixels + 0.5 * weight() + (strength > 1.0 ? 2.0 : 0.0)) * pixelScale * mix(0.45, 1.0, u)
    * vShape.z + 0.8;
  gl_Position = here + vec4(across * position.y * pixels / viewport * here.w, 0.0, 0.0);
  vColour = mix(vColour, vec3(1.0), 0.3 * u * u * u);
  vAlpha = u * u * brightness * landingFade(share) * smoothstep(0.0, 0.06, progress)
    * (1.0 - smoothstep(1.0, 1.0 + TRAIL, progress)) * (0.75 + 0.05 * weight()) * strength
    * shortWayFade(here, ahead);
}
`;

export const ribbonLight = /* glsl */ `
/** Strokes of the trail's shape, with edges a pixel wide: x is how many, y which share of each is lit. */
float strokeLight() {
  if (vShape.x < 0.5) return 1.0;
  float along = vAt.x * vShape.x;
  float soft = min(0.3, fwidth(along));
  float at = fract(along);
  return smoothstep(0.0, soft, at) * (1.0 - smoothstep(vShape.y - soft, vShape.y, at));
}
vec3 ribbonLight() { return vColour * (1.0 - vAt.y * vAt.y) * strokeLight(); }
`;
