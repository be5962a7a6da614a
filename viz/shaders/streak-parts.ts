/**
 * Trail, spark and ripple of every streak, in one draw call: a vertex's \`position.z\` says which part it belongs to. What they
 * have in common, which is most of it (where on its way a streak is), is worked out once for all.
 */
import { headGlsl, headLight } from './head.ts';
import { ribbonGlsl, ribbonLight } from './ribbon.ts';
import { rippleGlsl, rippleLight } from './ripple.ts';

/** In the order in which they are drawn; `parts` below has the same numbers. */
export const StreakPart = { ribbon: 0, head: 1, ripple: 2 } as const;

const parts = /* glsl */ `
const int RIBBON = ${StreakPart.ribbon};
const int HEAD = ${StreakPart.head};
`;

/** `streak` is what shaders/streak.ts makes. */
export const streakVertex = (streak: string) => /* glsl */ `
${streak}
${parts}
flat out int vPart;
out vec3 vColour;
/** Of the vertex in its part's shape. */
out vec2 vAt;
out float vAlpha;
out float vThickness;
flat out vec3 vShape;
uniform vec3 trailShapes[8];

vec4 onScreen(vec3 place) { return projectionMatrix * (viewMatrix * vec4(place, 1.0)); }
${ribbonGlsl}${headGlsl}${rippleGlsl}
void main() {
  vPart = int(position.z);
  vAt = position.xy;
  vThickness = 1.0;
  vShape = vec3(0.0, 1.0, 1.0);
  vAlpha = 0.0;
  bool isThere = readStreak();
  float progress = progressOf();
  int kind = category();
  bool isSeen = vPart == RIBBON ? ribbonIsSeen(progress) : vPart == HEAD ? headIsSeen(progress) : rippleIsSeen(progress);
  if (!isThere || !isSeen || isHidden(progress, kind)) { gl_Position = NOWHERE; return; }
  float share = vPart == RIBBON ? ribbonShare(progress) : vPart == HEAD ? headShare(progress) : rippleShare(progress);
  Flight flight = flightOf();
  vec3 place = streakPoint(flight, share);
  vColour = palette[kind];
  vShape = trailShapes[kind];
  if (vPart > HEAD) { ripple(progress, place); return; }
  vec4 here = onScreen(place);
  vec4 ahead = onScreen(streakPoint(flight, share + 0.01));
  if (vPart == RIBBON) ribbon(progress, share, here, ahead);
  else head(progress, share, here, ahead);
}`;

export const streakFragment = /* glsl */ `
precision highp float;
${parts}
flat in int vPart;
in vec3 vColour;
in vec2 vAt;
in float vAlpha;
in float vThickness;
flat in vec3 vShape;
out vec4 colour;
${ribbonLight}${headLight}${rippleLight}
void main() {
  vec3 light = vPart == RIBBON ? ribbonLight() : vPart == HEAD ? headLight() : rippleLight();
  colour = vec4(light * vAlpha, 1.0);
}`;
