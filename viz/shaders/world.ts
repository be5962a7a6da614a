/** The Earth's surface, as a globe and as a flat map, and all between: shared by the ground and by what flies over it. */
export const worldGlsl = /* glsl */ `
/** 0 the globe, 1 the map. */
uniform float flatness;
const vec2 MAP = vec2(1.9, 0.95);

vec3 onSphere(vec2 radians) {
  float ring = cos(radians.x);
  return vec3(ring * sin(radians.y), sin(radians.x), ring * cos(radians.y));
}
vec3 onMap(vec2 radians, float height) {
  return vec3(radians.y / 3.14159265 * MAP.x, radians.x / 1.57079633 * MAP.y, height);
}
/** Of a unit vector. */
vec2 radiansOf(vec3 unit) { return vec2(asin(clamp(unit.y, -1.0, 1.0)), atan(unit.x, unit.z)); }
/** A place \`height\` above the ground. */
vec3 onWorld(vec2 radians, float height) {
  return mix(onSphere(radians) * (1.0 + height), onMap(radians, height), flatness);
}
vec3 worldNormal(vec3 place) { return normalize(mix(normalize(place), vec3(0.0, 0.0, 1.0), flatness)); }
`;
