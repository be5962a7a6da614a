/** Lines of one pixel, each with a colour at both ends. */
export const linesVertex = /* glsl */ `
in vec3 lineColour;
out vec3 vColour;
void main() {
  vColour = lineColour;
  gl_Position = projectionMatrix * viewMatrix * vec4(position, 1.0);
}`;

export const linesFragment = /* glsl */ `
precision highp float;
in vec3 vColour;
uniform float presence;
out vec4 colour;
void main() { colour = vec4(vColour * presence, 1.0); }`;
