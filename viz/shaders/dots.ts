/** Stars: points far away, each with its own size and warmth. */
export const starVertex = /* glsl */ `
in float magnitude;
uniform float pixelScale;
out float vLight;
void main() {
  gl_Position = projectionMatrix * viewMatrix * vec4(position, 1.0);
  gl_PointSize = max(1.0, (1.0 + 1.6 * magnitude * magnitude) * pixelScale);
  vLight = 0.12 + 0.75 * magnitude * magnitude * magnitude;
}`;

export const starFragment = /* glsl */ `
precision highp float;
in float vLight;
out vec4 colour;
void main() { colour = vec4(vec3(0.72, 0.84, 1.0) * vLight, 1.0); }`;

/** The edge ring: a dotted dial that always faces the eye; where flows of unknown place come from. */
export const edgeVertex = /* glsl */ `
in float turn;
in float mark;
uniform vec3 edgeRight;
uniform vec3 edgeUp;
uniform float edgeRadius;
uniform float pixelScale;
uniform float flatness;
uniform float presence;
out float vLight;
void main() {
  vec3 place = (edgeRight * cos(turn) + edgeUp * sin(turn)) * edgeRadius;
  // Around the map: a line below it.
  place = mix(place, vec3((turn / 6.28318531 * 2.0 - 1.0) * 1.9, -1.06, 0.0), flatness);
  gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
  gl_PointSize = (mark > 0.5 ? 3.4 : 1.7) * pixelScale;
  vLight = (mark > 0.5 ? 0.75 : 0.42) * presence;
}`;

export const edgeFragment = /* glsl */ `
precision highp float;
in float vLight;
out vec4 colour;
void main() {
  vec2 at = gl_PointCoord * 2.0 - 1.0;
  colour = vec4(vec3(0.62, 0.70, 0.84) * vLight * smoothstep(1.2, 0.5, length(at)), 1.0);
}`;
