import { streakGlsl } from './streak.ts';

/** The head: a soft spark at the front of the trail; with reduced motion, a light that glows at the source. */
export const headVertex = /* glsl */ `
${streakGlsl}
out vec3 vColour;
out vec2 vAt;
out float vAlpha;

void main() {
  int style = styleBits();
  float progress = progressOf();
  bool gone = still < 0.5 && progress > 1.0;
  if (hidden(style, progress) || gone) { gl_Position = NOWHERE; return; }
  float t = still > 0.5 ? 0.0 : progress;
  vec4 here = projectionMatrix * viewMatrix * vec4(streakPoint(style, t), 1.0);
  float pixels = (5.0 + 0.9 * weightOf(style)) * pixelScale;
  here.xy += position.xy * pixels / viewport * 2.0 * here.w;
  gl_Position = here;
  vAt = position.xy;
  vColour = classColours[classOf(style)];
  float glow = still > 0.5 ? sin(PI * clamp(progress / LIFE, 0.0, 1.0)) : smoothstep(0.0, 0.05, progress) * landingFade(t);
  vAlpha = glow * brightness;
}`;

export const headFragment = /* glsl */ `
precision highp float;
in vec3 vColour;
in vec2 vAt;
in float vAlpha;
out vec4 colour;
void main() {
  float r = dot(vAt, vAt);
  if (r > 1.0) discard;
  float halo = (1.0 - r) * (1.0 - r);
  float core = smoothstep(0.16, 0.0, r);
  colour = vec4((vColour * halo * 0.6 + mix(vColour, vec3(1.0), 0.6) * core) * vAlpha, 1.0);
}`;
