/**
 * Hilbert: flows rise from the map of the whole IPv4 space to the darknet's slots. The Hilbert curve keeps neighbours in
 * the space neighbours on the map (as in the maps of Munroe and of The Measurement Factory), so that a busy network is a
 * bright spot, whatever its size; one source's scan is a fan, a botnet is a shower from everywhere.
 */
import type { Vector3 } from 'three';
import type { LiveTotals } from '../../shared/wire/messages.ts';
import type { SceneLayer } from '../layers/layer.ts';
import { type Line, Lines } from '../layers/lines.ts';
import type { Label } from '../scene/labels.ts';
import { Orbit } from '../scene/orbit.ts';
import type { StreakRing } from '../scene/streak-ring.ts';
import type { StreakTwin } from '../scene/streak-twin.ts';
import { STREAK_WORDS, unpackLook } from '../scene/streak-words.ts';
import type { Text } from '../text/text.ts';
import type { Extent, View, ViewMaker } from './view.ts';

/** Half a side of the sources' square, and of the targets'; both planes' heights; where IPv6 has its line. */
const SOURCES = 1;
const TARGETS = 0.6;
const GROUND = -0.55;
const ROOF = 0.62;
const IPV6_LINE = 1.14;
/** Steps of the curve: 24 bits of an address, all 16 of a slot. */
const SOURCE_ORDER = 12;
const SLOT_ORDER = 8;

const glsl = /* glsl */ `
/** Share of both sides, by the distance along the curve (Warren, Hacker's Delight, chapter 16). */
vec2 alongHilbert(uint along, int order) {
  uint x = 0u;
  uint y = 0u;
  for (int step = 0; step < order; step++) {
    uint side = 1u << uint(step);
    uint right = (along >> 1) & 1u;
    uint up = (along ^ right) & 1u;
    if (up == 0u) {
      if (right == 1u) { x = side - 1u - x; y = side - 1u - y; }
      uint before = x; x = y; y = before;
    }
    x += side * right;
    y += side * up;
    along >>= 2;
  }
  return (vec2(float(x), float(y)) + 0.5) / float(1 << order);
}
Way hilbertWay() {
  Way way;
  vec2 from = alongHilbert(streakA.z >> 8, ${SOURCE_ORDER}) * 2.0 - 1.0;
  vec2 to = (alongHilbert(targetSlot(), ${SLOT_ORDER}) * 2.0 - 1.0) * ${TARGETS.toFixed(2)};
  way.from = vec3(from.x, ${GROUND.toFixed(2)}, from.y);
  if (isIpv6()) way.from = vec3(${IPV6_LINE.toFixed(2)}, ${GROUND.toFixed(2)}, clamp(sourceAddress() * 8.0 - 1.0, 0.0, 1.0) * 2.0 - 1.0);
  way.to = vec3(to.x, ${ROOF.toFixed(2)}, to.y);
  way.axis = vec3(0.0);
  way.angle = 0.0;
  way.height = 0.0;
  return way;
}
vec3 hilbertAt(Way way, float t) { return mix(way.from, way.to, t); }
vec3 hilbertNormal(vec3 place) { return vec3(0.0, 1.0, 0.0); }
bool hilbertShows() { return true; }
`;

export const hilbert: ViewMaker = {
  id: 'hilbert',
  name: 'hilbert',
  key: '3',
  path: { name: 'hilbert', uniforms: {}, glsl },
  create: () => new Hilbert(),
};

/** The same as the shader. */
export function alongHilbert(along: number, order: number): [x: number, y: number] {
  let [x, y] = [0, 0];
  for (let step = 0; step < order; step++) {
    const side = 1 << step;
    const right = (along >>> 1) & 1;
    const up = (along ^ right) & 1;
    if (up === 0) {
      if (right === 1) [x, y] = [side - 1 - x, side - 1 - y];
      [x, y] = [y, x];
    }
    x += side * right;
    y += side * up;
    along >>>= 2;
  }
  return [(x + 0.5) / 2 ** order, (y + 0.5) / 2 ** order];
}

const twin: StreakTwin = {
  version: 0,
  way({ words }: StreakRing, slot: number, ways: Float32Array, at: number): void {
    const first = slot * STREAK_WORDS;
    const source = words[first + 2]!;
    const from = alongHilbert(source >>> 8, SOURCE_ORDER).map((share) => (share * 2 - 1) * SOURCES);
    const to = alongHilbert(words[first + 4]! >>> 16, SLOT_ORDER).map((share) => (share * 2 - 1) * TARGETS);
    const ipv6 = Math.min(1, Math.max(0, ((source >>> 8) / 2 ** 24) * 8 - 1)) * 2 - 1;
    ways.set(unpackLook(words[first + 6]!).isIpv6 ? [IPV6_LINE, ipv6, ...to] : [...from, ...to], at);
  },
  place(_ring: StreakRing, _slot: number, ways: Float32Array, at: number, share: number, into: Vector3): void {
    const between = (from: number, to: number) => from + (to - from) * share;
    into.set(between(ways[at]!, ways[at + 2]!), between(GROUND, ROOF), between(ways[at + 1]!, ways[at + 3]!));
  },
  longest: (ways, at) => ROOF - GROUND + Math.abs(ways[at + 2]! - ways[at]!) + Math.abs(ways[at + 3]! - ways[at + 1]!),
  hides: () => false,
  shows: () => true,
};

class Hilbert implements View {
  readonly extent: Extent = { width: 1.5, height: 1.4 };
  readonly twin = twin;
  readonly orbit = new Orbit({
    home: { latitude: 27, longitude: 28, zoom: 1 },
    swingDegrees: 14,
    nodDegrees: 3,
    steepestDegrees: 85,
    widestDegrees: 180,
  });
  readonly layers: readonly SceneLayer[];
  readonly #presence = { value: 0 };
  #labels: readonly Label[] = [];

  constructor() {
    this.layers = [
      new Lines([...square(GROUND, SOURCES, 16, '#3375eb'), ...square(ROOF, TARGETS, 4, '#eb9433')], this.#presence),
    ];
  }

  setPresence(share: number): void {
    this.#presence.value = share;
  }

  update(_totals: LiveTotals, text: Text): void {
    const label = (key: string, words: string, x: number, y: number, z: number, kind: Label['kind']): Label => {
      return { key, text: words, kind, at: () => [x, y, z] };
    };
    this.#labels = [
      label('sources', text.hilbertSources, 0, GROUND - 0.12, SOURCES + 0.14, 'plane'),
      label('targets', text.hilbertTargets, 0, ROOF + 0.16, 0, 'plane'),
      label('IPv6', 'IPv6', IPV6_LINE, GROUND, SOURCES + 0.05, 'axis'),
      // Every eighth of the /8 networks, in the middle of its cell.
      ...Array.from({ length: 32 }, (_, at) => {
        const [x, z] = alongHilbert(at * 8, 4).map((share) => (share * 2 - 1) * SOURCES) as [number, number];
        return label(`/8 ${at}`, String(at * 8), x, GROUND, z, 'axis');
      }),
    ];
  }

  labels(): readonly Label[] {
    return this.#labels;
  }

  animate(): void {}

  dispose(): void {
    for (const layer of this.layers) layer.dispose();
  }
}

/** A square that lies, with so many cells a side; its rim is brighter than its grid. */
function square(height: number, half: number, cells: number, colour: string): Line[] {
  return Array.from({ length: cells + 1 }, (_, at) => {
    const across = (at / cells) * 2 * half - half;
    const style = { colours: [colour, colour] as const, light: at === 0 || at === cells ? 0.8 : 0.2 };
    return [
      { from: [across, height, -half] as const, to: [across, height, half] as const, ...style },
      { from: [-half, height, across] as const, to: [half, height, across] as const, ...style },
    ];
  }).flat();
}
