/** Over the Earth: along a great circle from the source's country to the sensor, or from the edge where no country is known. */
import { worldGlsl } from './world.ts';

export const atlasPath = /* glsl */ `
${worldGlsl}
uniform sampler2D sensorPlaces;
uniform float heightByPort;
uniform vec3 edgeRight;
uniform vec3 edgeUp;
uniform float edgeRadius;
uniform float landingRadians;

/**
 * Slots fill a small disc around the sensor as seeds do in a sunflower, so that the picture shows which part of the
 * darknet is hit and does not burn out to white in one point. The turn is a golden angle a slot.
 */
vec3 landing() {
  vec3 sensor = texelFetch(sensorPlaces, ivec2(sensorIndex(), 0), 0).xyz;
  float slot = float(targetSlot());
  float away = landingRadians * sqrt((slot + 0.5) / 65536.0);
  float turn = fract(slot * 0.38196601) * 2.0 * PI;
  vec3 east = normalize(abs(sensor.y) < 0.9 ? vec3(sensor.z, 0.0, -sensor.x) : vec3(0.0, -sensor.z, sensor.y));
  vec3 north = cross(sensor, east);
  return cos(away) * sensor + sin(away) * (cos(turn) * east + sin(turn) * north);
}

Way atlasWay() {
  Way way;
  way.to = landing();
  way.from = onSphere(sourceRadians());
  float along = clamp(dot(way.from, way.to), -1.0, 1.0);
  vec3 across = way.to - along * way.from;
  // Equal and opposite places have no plane of their own: any will do.
  way.axis = dot(across, across) > 1e-10 ? normalize(across) : normalize(vec3(way.from.z, 0.001, -way.from.x));
  way.angle = acos(along);
  way.height = heightByPort > 0.5 ? 0.03 + 0.40 * float(targetPort()) / 65535.0 : 0.03 + 0.30 * way.angle / PI;
  return way;
}

vec3 overGlobe(Way way, float t) {
  if (hasUnknownPlace()) {
    float turn = sourceChance() * 2.0 * PI;
    vec3 start = (edgeRight * cos(turn) + edgeUp * sin(turn)) * edgeRadius;
    vec3 end = way.to * 1.002;
    vec3 bend = normalize(start * 0.45 + end) * 1.42;
    return mix(mix(start, bend, t), mix(bend, end, t), t);
  }
  vec3 ground = cos(t * way.angle) * way.from + sin(t * way.angle) * way.axis;
  return ground * (1.002 + way.height * 4.0 * t * (1.0 - t));
}

vec3 overMap(Way way, float t) {
  vec3 start = onMap(sourceRadians(), 0.002);
  if (hasUnknownPlace()) start = vec3((sourceChance() * 2.0 - 1.0) * MAP.x, -1.06, 0.002);
  vec3 end = onMap(radiansOf(way.to), 0.002);
  vec3 place = mix(start, end, t);
  // A bow to the north as well, that ways of opposite directions do not lie on each other.
  float rise = way.height * 4.0 * t * (1.0 - t);
  return place + vec3(0.0, rise * 0.8, rise);
}

vec3 atlasAt(Way way, float t) {
  if (flatness <= 0.0) return overGlobe(way, t);
  return mix(overGlobe(way, t), overMap(way, t), flatness);
}
vec3 atlasNormal(vec3 place) { return worldNormal(place); }
bool atlasShows() { return true; }
`;
