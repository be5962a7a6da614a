/** The Cube's ways for the processor: the same as shaders/cube-path.ts. */
import type { Vector3 } from 'three';
import { CUBE, IPV6_BAND, IPV6_GAP, portShare, targetShare } from '../scene/cube-axes.ts';
import { defaultSettings } from '../scene/settings.ts';
import type { StreakRing } from '../scene/streak-ring.ts';
import type { StreakTwin } from '../scene/streak-twin.ts';
import { isIpv6, STREAK_WORDS } from '../scene/streak-words.ts';
import type { TargetRange } from '../scene/target-range.ts';
import type { CubeSettings } from './view.ts';

export class CubeTwin implements StreakTwin {
  version = 0;
  #settings: CubeSettings = defaultSettings.cube;
  #targets: TargetRange | null = null;
  /** Depth of each port, worked out when it is asked for after the settings changed. */
  readonly #depths = new Float32Array(65_536);
  #depthsVersion = -1;

  /** `targets` is null where they stand by slot. */
  show(settings: CubeSettings, targets: TargetRange | null): void {
    this.#settings = settings;
    this.#targets = targets;
    this.version += 1;
  }

  /** Height and depth where it leaves, height and depth where it lands. */
  way({ words }: StreakRing, slot: number, ways: Float32Array, at: number): void {
    if (this.#depthsVersion !== this.version) this.#findDepths();
    const first = slot * STREAK_WORDS;
    const six = isIpv6(words[first + 6]!);
    const ports = words[first + 3]!;
    const [low, high] = this.#settings.ports;
    const source = addressOf(words[first + 2]!);
    ways[at] = heightOf(six ? clamp(source * 8 - 1, 0, 1) : source, six, this.#settings.sources);
    ways[at + 1] = this.#depths[clamp(ports >>> 16, low, high)]!;
    ways[at + 2] = heightOf(this.#target(words, first, six), six, ALL);
    ways[at + 3] = this.#depths[ports & 0xffff]!;
  }

  place(_ring: StreakRing, _slot: number, ways: Float32Array, at: number, share: number, into: Vector3): void {
    into.set(
      CUBE.x * (2 * share - 1),
      ways[at]! + (ways[at + 2]! - ways[at]!) * share,
      ways[at + 1]! + (ways[at + 3]! - ways[at + 1]!) * share,
    );
  }

  longest(ways: Float32Array, at: number): number {
    return 2 * CUBE.x + Math.abs(ways[at + 2]! - ways[at]!) + Math.abs(ways[at + 3]! - ways[at + 1]!);
  }

  hides(): boolean {
    return false;
  }

  shows({ words }: StreakRing, slot: number): boolean {
    const first = slot * STREAK_WORDS;
    const port = words[first + 3]! & 0xffff;
    const { ports, sources } = this.#settings;
    if (port < ports[0] || port > ports[1]) return false;
    const source = addressOf(words[first + 2]!);
    if (isIpv6(words[first + 6]!)) return sources[1] - sources[0] > 0.999;
    const targets = this.#targets;
    if (targets && (words[first + 7]! < targets[0] || words[first + 7]! > targets[1])) return false;
    return source >= sources[0] && source <= sources[1];
  }

  #target(words: Uint32Array, first: number, six: boolean): number {
    const targets = this.#targets;
    if (six || targets === null) return targetShare(words[first + 4]! >>> 16, 65_536);
    return targetShare(words[first + 7]! - targets[0], targets[1] - targets[0] + 1);
  }

  #findDepths(): void {
    this.#depthsVersion = this.version;
    for (let port = 0; port < this.#depths.length; port++)
      this.#depths[port] = portShare(port, this.#settings) * CUBE.z;
  }
}

const ALL: CubeSettings['sources'] = [0, 1];
const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
const addressOf = (word: number) => (word >>> 8) / 2 ** 24;

function heightOf(share: number, six: boolean, sources: CubeSettings['sources']): number {
  if (six) return CUBE.y + IPV6_GAP + IPV6_BAND * share;
  const from = sources[0];
  return (((share - from) / (sources[1] - from)) * 2 - 1) * CUBE.y;
}
