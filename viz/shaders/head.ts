/** The head: a soft spark at the front of the trail; with reduced motion, a light that glows at the source. */
export const headVertex = (streak: string) => /* glsl */ `
${streak}
out vec3 vColour;
out vec2 vAt;
out float vAlpha;

void main() {
  float progress = progressOf();
  bool gone = still < 0.5 && progress > 1.0;
  if (gone || isHidden(progress)) { gl_Position = NOWHERE; return; }
  float t = still > 0.5 ? 0.0 : progress;
  Flight flight = flightOf();
  vec4 here = projectionMatrix * viewMatrix * vec4(streakPoint(flight, t), 1.0);
  vec4 ahead = projectionMatrix * viewMatrix * vec4(streakPoint(flight, t + 0.01), 1.0);
  float strength = emphasis();
  float pixels = (5.0 + 0.9 * weight()) * pixelScale * (strength > 1.0 ? 1.5 : 1.0);
  gl_Position = here + vec4(position.xy * pixels / viewport * 2.0 * here.w, 0.0, 0.0);
  vAt = position.xy;
  vColour = palette[category()];
  float glow = still > 0.5 ? sin(PI * clamp(progress / LIFE, 0.0, 1.0)) : smoothstep(0.0, 0.05, progress) * landingFade(t);
  vAlpha = glow * brightness * strength * (still > 0.5 ? 1.0 : shortWayFade(here, ahead));
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
