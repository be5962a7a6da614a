/**
 * Cube: every flow a bar from the source plane (address by port) to the target plane (slot or address by port), so that a scan of many
 * targets is a fan, one of many ports a blade, a sweep of many sources a wall, and a flood's backscatter a cone.
 */
import { Vector2, type Vector3 } from 'three';
import type { LiveTotals, TargetSpan } from '../../shared/wire/messages.ts';
import { CubePlanes } from '../layers/cube-planes.ts';
import type { SceneLayer } from '../layers/layer.ts';
import { type Line, Lines } from '../layers/lines.ts';
import {
  addressMarks,
  CUBE,
  IPV6_BAND,
  IPV6_GAP,
  IPV6_MIDDLE,
  portMarks,
  portShare,
  targetMarks,
} from '../scene/cube-axes.ts';
import type { Label } from '../scene/labels.ts';
import { Orbit } from '../scene/orbit.ts';
import { formatTargets } from '../scene/settings.ts';
import type { Vector } from '../scene/sphere.ts';
import { type TargetRange, targetRange } from '../scene/target-range.ts';
import { cubePath } from '../shaders/cube-path.ts';
import type { Text } from '../text/text.ts';
import { CubeTwin } from './cube-twin.ts';
import type { CubeSettings, Extent, Picture, View, ViewMaker } from './view.ts';

const uniforms = {
  cubePorts: { value: new Vector2(0, 65_535) },
  cubeSources: { value: new Vector2(0, 1) },
  cubeLogarithmic: { value: 1 },
  cubeByTarget: { value: 0 },
  cubeTargetFirst: { value: 0 },
  cubeTargetLast: { value: 0 },
};

export const cube: ViewMaker = {
  id: 'cube',
  name: 'cube',
  key: '2',
  path: { name: 'cube', uniforms, glsl: cubePath },
  create: ({ stage }) => new Cube(stage.right),
};

const SOURCE_COLOUR = '#3375eb';
const TARGET_COLOUR = '#eb9433';

/** The four edges that join the planes, and the band of IPv6 above each. */
const lines: readonly Line[] = [
  ...[-CUBE.y, CUBE.y].flatMap((y) =>
    [-CUBE.z, CUBE.z].map((z) => ({
      from: [-CUBE.x, y, z] as const,
      to: [CUBE.x, y, z] as const,
      colours: [SOURCE_COLOUR, TARGET_COLOUR] as const,
      light: 0.34,
    })),
  ),
  ...band(-CUBE.x, SOURCE_COLOUR),
  ...band(CUBE.x, TARGET_COLOUR),
];

function band(x: number, colour: string): Line[] {
  const [low, high] = [CUBE.y + IPV6_GAP, CUBE.y + IPV6_GAP + IPV6_BAND];
  const corners = [
    [x, low, -CUBE.z],
    [x, low, CUBE.z],
    [x, high, CUBE.z],
    [x, high, -CUBE.z],
  ] as const;
  return corners.map((from, at) => {
    const to = corners[(at + 1) % corners.length]!;
    return { from, to, colours: [colour, colour], light: 0.4 };
  });
}

class Cube implements View {
  readonly extent: Extent = { width: 1.62, height: 1.48 };
  readonly orbit = new Orbit({
    home: { latitude: 17, longitude: 34, zoom: 1 },
    swingDegrees: 11,
    nodDegrees: 3,
    steepestDegrees: 80,
    widestDegrees: 180,
  });
  readonly layers: readonly SceneLayer[];
  readonly twin = new CubeTwin();
  readonly #presence = { value: 0 };
  /** The eye's. */
  readonly #right: Vector3;
  #labels: readonly Label[] = [];
  #text: Text | null = null;
  #settings: CubeSettings | null = null;
  /** Of the targets that came; null for those who may not see them. */
  #span: TargetSpan | null = null;
  #targets: TargetRange | null = null;

  constructor(right: Vector3) {
    this.#right = right;
    this.layers = [new CubePlanes({ ...uniforms, presence: this.#presence }), new Lines(lines, this.#presence)];
  }

  setPresence(share: number): void {
    this.#presence.value = share;
  }

  update({ targets = null }: LiveTotals, text: Text): void {
    this.#text = text;
    const before = this.#targets;
    this.#span = targets;
    if (this.#settings === null) return;
    const now = targetRange(this.#settings, targets);
    // Ways that were worked out are kept while nothing has moved.
    if (now?.[0] !== before?.[0] || now?.[1] !== before?.[1]) this.#apply(this.#settings);
    else this.#labels = axisLabels(this.#settings, before, text, this.#right);
  }

  labels(): readonly Label[] {
    return this.#labels;
  }

  animate({ settings: { cube: settings } }: Picture): void {
    if (settings === this.#settings) return;
    this.#settings = settings;
    this.#apply(settings);
  }

  #apply(settings: CubeSettings): void {
    const targets = targetRange(settings, this.#span);
    this.#targets = targets;
    this.twin.show(settings, targets);
    uniforms.cubePorts.value.set(...settings.ports);
    uniforms.cubeSources.value.set(...settings.sources);
    uniforms.cubeLogarithmic.value = settings.logarithmic ? 1 : 0;
    uniforms.cubeByTarget.value = targets === null ? 0 : 1;
    uniforms.cubeTargetFirst.value = targets?.[0] ?? 0;
    uniforms.cubeTargetLast.value = targets === null ? 0 : targets[1] - targets[0];
    if (this.#text) this.#labels = axisLabels(settings, targets, this.#text, this.#right);
  }

  dispose(): void {
    for (const layer of this.layers) layer.dispose();
  }
}

/** Marks stand this far outside of the planes; the names of the axes further. */
const MARK_GAP = 0.09;
const NAME_GAP = 0.3;
/** Half of what a character of a mark takes: names of addresses stand clear of the plane, too. */
const MARK_CHARACTER = 0.012;

/** The more important first: where two labels would overlap, the later one is left out. */
function axisLabels(settings: CubeSettings, targets: TargetRange | null, text: Text, right: Vector3): Label[] {
  const label = (key: string, words: string, at: () => Vector, kind: Label['kind'] = 'axis'): Label => {
    return { key, text: words, kind, at };
  };
  /** Beside a plane, on the side that is further out in the picture: nothing flies there. */
  const beside =
    (x: number, y: number, words = '') =>
    (): Vector => {
      const side = x * right.x * right.z < 0 ? -1 : 1;
      return [x, y, side * (CUBE.z + MARK_GAP + words.length * MARK_CHARACTER)];
    };
  const above = CUBE.y + IPV6_GAP + IPV6_BAND + 0.2;
  const ports = portMarks(settings);
  const below = (x: number, port: number) => (): Vector => {
    return [x, -CUBE.y - MARK_GAP, portShare(port, settings) * CUBE.z];
  };
  const targetName = targets === null ? text.cubeTarget : `${text.cubeTargetAddress} · ${formatTargets(targets)}`;
  const hasIpv6 = settings.sources[1] - settings.sources[0] === 1;
  const ipv6 = [
    label('IPv6', 'IPv6', beside(-CUBE.x, IPV6_MIDDLE)),
    label('IPv6 slots', 'IPv6', beside(CUBE.x, IPV6_MIDDLE)),
  ];
  return [
    label('source', text.cubeSource, () => [-CUBE.x, above, 0], 'plane'),
    label('target', targetName, () => [CUBE.x, above, 0], 'plane'),
    label('source ports', text.cubePort, () => [-CUBE.x, -CUBE.y - NAME_GAP, 0], 'plane'),
    label('target ports', text.cubePort, () => [CUBE.x, -CUBE.y - NAME_GAP, 0], 'plane'),
    ...(hasIpv6 ? ipv6 : []),
    ...addressMarks(settings).map(({ share, text: words }) =>
      label(`address ${share}`, words, beside(-CUBE.x, share * CUBE.y, words)),
    ),
    ...(targets === null ? [] : targetMarks(targets)).map(({ share, text: words }) =>
      label(`target ${share}`, words, beside(CUBE.x, share * CUBE.y, words)),
    ),
    ...ports.map((port) => label(`to ${port}`, String(port), below(CUBE.x, port))),
    ...ports.map((port) => label(`from ${port}`, String(port), below(-CUBE.x, port))),
  ];
}
