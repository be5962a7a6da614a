/** What every streak shader shares: reading an instance, and where on its way it is at time `now`. */
export const streakGlsl = /* glsl */ `
in vec4 fromAndLaunch;
in vec4 axisAndStyle;

uniform float now;
uniform float flightSeconds;
uniform float brightness;
uniform float still;
uniform int classMask;
uniform vec3 classColours[8];
uniform vec3 edgeRight;
uniform vec3 edgeUp;
uniform float edgeRadius;
uniform vec2 viewport;
uniform float pixelScale;

const float PI = 3.14159265;
/** Length of a trail, as a share of the way. */
const float TRAIL = 0.3;
/** After this much of a flight nothing of it is seen. */
const float LIFE = 1.35;

float progressOf() { return (now - fromAndLaunch.w) / flightSeconds; }
/** The float holds 24 bits exactly; adding a half to round would carry into the class. */
int styleBits() { return int(axisAndStyle.w); }
int classOf(int style) { return style & 7; }
float weightOf(int style) { return float((style >> 3) & 15); }
bool fromEdge(int style) { return ((style >> 7) & 1) == 1; }
float angleOf(int style) { return float(style >> 8) / 65535.0 * PI; }

bool hidden(int style, float progress) {
  return progress < 0.0 || progress > LIFE || ((classMask >> classOf(style)) & 1) == 0;
}

/** The place at share t of the way: along a great circle, or in a bow from the edge ring to the ground. */
vec3 streakPoint(int style, float t) {
  if (fromEdge(style)) {
    vec3 start = (edgeRight * fromAndLaunch.x + edgeUp * fromAndLaunch.y) * edgeRadius;
    vec3 landing = axisAndStyle.xyz * 1.002;
    vec3 bend = normalize(start * 0.45 + landing) * 1.42;
    return mix(mix(start, bend, t), mix(bend, landing, t), t);
  }
  float angle = angleOf(style);
  float height = 0.03 + 0.3 * angle / PI;
  vec3 ground = cos(t * angle) * fromAndLaunch.xyz + sin(t * angle) * axisAndStyle.xyz;
  return ground * (1.002 + height * 4.0 * t * (1.0 - t));
}

/** Landed streaks dim, so that the sensor's place stays readable. */
float landingFade(float t) { return 1.0 - 0.86 * smoothstep(0.70, 1.0, t); }

const vec4 NOWHERE = vec4(2.0, 2.0, 2.0, 1.0);
`;
