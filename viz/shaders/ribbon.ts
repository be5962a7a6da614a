/** The trail: a strip along the last part of the way, with a width in pixels and soft edges. */
export const ribbonVertex = (streak: string) => /* glsl */ `
${streak}
uniform float ribbonPixels;
out vec3 vColour;
out float vAlpha;
out float vSide;

void main() {
  float progress = progressOf();
  if (still > 0.5 || progress > 1.0 + TRAIL || isHidden(progress)) { gl_Position = NOWHERE; return; }
  Flight flight = flightOf();
  float head = clamp(progress, 0.0, 1.0);
  float tail = clamp(progress - TRAIL, 0.0, 1.0);
  float u = position.x;
  float t = mix(tail, head, u);
  vec4 here = projectionMatrix * viewMatrix * vec4(streakPoint(flight, t), 1.0);
  vec4 ahead = projectionMatrix * viewMatrix * vec4(streakPoint(flight, t + 0.01), 1.0);
  vec2 along = (ahead.xy / ahead.w - here.xy / here.w) * viewport;
  vec2 across = normalize(vec2(-along.y, along.x) + 1e-6);
  float strength = emphasis();
  float pixels = (ribbonPixels + 0.5 * weight() + (strength > 1.0 ? 2.0 : 0.0)) * pixelScale * mix(0.45, 1.0, u) + 0.8;
  gl_Position = here + vec4(across * position.y * pixels / viewport * here.w, 0.0, 0.0);
  vSide = position.y;
  vColour = mix(palette[category()], vec3(1.0), 0.3 * u * u * u);
  vAlpha = u * u * brightness * landingFade(t) * smoothstep(0.0, 0.06, progress)
    * (1.0 - smoothstep(1.0, 1.0 + TRAIL, progress)) * (0.75 + 0.05 * weight()) * strength
    * shortWayFade(here, ahead);
}`;

export const ribbonFragment = /* glsl */ `
precision highp float;
in vec3 vColour;
in float vAlpha;
in float vSide;
out vec4 colour;
void main() {
  float edge = 1.0 - vSide * vSide;
  colour = vec4(vColour * vAlpha * edge, 1.0);
}`;
