/** Between two planes: address by port of the source, and slot (or, for those who may see it, address) by port of the target. */

/** Half the Cube: between the planes, up the addresses, along the ports. `scene/cube-axes.ts` has the same. */
export const cubeAxesGlsl = /* glsl */ `
uniform vec2 cubePorts;
uniform vec2 cubeSources;
uniform float cubeLogarithmic;
const vec3 CUBE = vec3(1.15, 0.75, 0.75);
/** IPv6 has a band of its own above IPv4's space. */
const float IPV6_BAND = 0.07;
const float IPV6_GAP = 0.03;

float portScale(float port) { return cubeLogarithmic > 0.5 ? log2(port + 1.0) : port; }
/** -1 at the lowest port that is shown, 1 at the highest. */
float portShare(float port) {
  float low = portScale(cubePorts.x);
  return (portScale(port) - low) / max(portScale(cubePorts.y) - low, 1e-3) * 2.0 - 1.0;
}
`;

export const cubePath = /* glsl */ `
${cubeAxesGlsl}
uniform float cubeByTarget;
uniform uint cubeTargetFirst;
/** Of the last address that is shown, from the first. */
uniform uint cubeTargetLast;
/** IPv6 has no room for addresses: its band has slots for everyone. */
bool landsByAddress() { return cubeByTarget > 0.5 && !isIpv6(); }
float cubeTarget() {
  if (!landsByAddress()) return (float(targetSlot()) + 0.5) / 65536.0;
  return (float(targetAddress() - cubeTargetFirst) + 0.5) / (float(cubeTargetLast) + 1.0);
}
float cubeHeight(float share, vec2 shown) {
  if (isIpv6()) return CUBE.y + IPV6_GAP + IPV6_BAND * share;
  return ((share - shown.x) / (shown.y - shown.x) * 2.0 - 1.0) * CUBE.y;
}

Way cubeWay() {
  Way way;
  float source = sourceAddress();
  // Addresses in use begin with 2 or 3: the band is for those.
  if (isIpv6()) source = clamp(source * 8.0 - 1.0, 0.0, 1.0);
  way.from = vec3(-CUBE.x, cubeHeight(source, cubeSources), portShare(clamp(float(sourcePort()), cubePorts.x, cubePorts.y)) * CUBE.z);
  way.to = vec3(CUBE.x, cubeHeight(cubeTarget(), vec2(0.0, 1.0)), portShare(float(targetPort())) * CUBE.z);
  way.axis = vec3(0.0);
  way.angle = 0.0;
  way.height = 0.0;
  return way;
}
vec3 cubeAt(Way way, float t) { return mix(way.from, way.to, t); }
vec3 cubeNormal(vec3 place) { return vec3(place.x < 0.0 ? 1.0 : -1.0, 0.0, 0.0); }
bool cubeShows() {
  float port = float(targetPort());
  if (port < cubePorts.x || port > cubePorts.y) return false;
  if (landsByAddress() && targetAddress() - cubeTargetFirst > cubeTargetLast) return false;
  float source = sourceAddress();
  return isIpv6() ? cubeSources.y - cubeSources.x > 0.999 : source >= cubeSources.x && source <= cubeSources.y;
}
`;
