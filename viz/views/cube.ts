/**
 * Cube: every flow a bar from the source plane (address by port) to the target plane (slot by port), so that a scan of many
 * targets is a fan, one of many ports a blade, a sweep of many sources a wall, and a flood's backscatter a cone.
 */
import { Vector2 } from 'three';
import type { LiveTotals } from '../../shared/wire/messages.ts';
import { CubePlanes } from '../layers/cube-planes.ts';
import type { SceneLayer } from '../layers/layer.ts';
import { Lines } from '../layers/lines.ts';
import { addressMarks, CUBE, IPV6_MIDDLE, portMarks, portShare } from '../scene/cube-axes.ts';
import type { Label } from '../scene/labels.ts';
import { Orbit } from '../scene/orbit.ts';
import type { Vector } from '../scene/sphere.ts';
import { cubePath } from '../shaders/cube-path.ts';
import type { Text } from '../text/text.ts';
import { CubeTwin } from './cube-twin.ts';
import type { CubeSettings, Extent, Picture, View, ViewMaker } from './view.ts';

const uniforms = {
  cubePorts: { value: new Vector2(0, 65_535) },
  cubeSources: { value: new Vector2(0, 1) },
  cubeLogarithmic: { value: 1 },
};

export const cube: ViewMaker = {
  id: 'cube',
  name: 'cube',
  key: '2',
  path: { name: 'cube', uniforms, glsl: cubePath },
  create: () => new Cube(),
};

/** The four edges that join the planes. */
const edges = [-CUBE.y, CUBE.y].flatMap((y) =>
  [-CUBE.z, CUBE.z].map((z) => ({
    from: [-CUBE.x, y, z] as const,
    to: [CUBE.x, y, z] as const,
    colours: ['#3375eb', '#eb9433'] as const,
    light: 0.34,
  })),
);

class Cube implements View {
  readonly extent: Extent = { width: 1.6, height: 1.3 };
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
  #labels: readonly Label[] = [];
  #text: Text | null = null;
  #settings: CubeSettings | null = null;

  constructor() {
    this.layers = [new CubePlanes({ ...uniforms, presence: this.#presence }), new Lines(edges, this.#presence)];
  }

  setPresence(share: number): void {
    this.#presence.value = share;
  }

  update(_totals: LiveTotals, text: Text): void {
    this.#text = text;
    if (this.#settings) this.#labels = axisLabels(this.#settings, text);
  }

  labels(): readonly Label[] {
    return this.#labels;
  }

  animate({ settings: { cube: settings } }: Picture): void {
    if (settings === this.#settings) return;
    this.#settings = this.twin.settings = settings;
    uniforms.cubePorts.value.set(...settings.ports);
    uniforms.cubeSources.value.set(...settings.sources);
    uniforms.cubeLogarithmic.value = settings.logarithmic ? 1 : 0;
    if (this.#text) this.#labels = axisLabels(settings, this.#text);
  }

  dispose(): void {
    for (const layer of this.layers) layer.dispose();
  }
}

/** Names of the planes first: where two labels would overlap, the later one is left out. */
function axisLabels(settings: CubeSettings, text: Text): Label[] {
  const label = (key: string, words: string, at: Vector, kind: Label['kind'] = 'axis'): Label => {
    return { key, text: words, kind, at: () => at };
  };
  const below = -CUBE.y - 0.07;
  const ports = portMarks(settings);
  return [
    label('source', text.cubeSource, [-CUBE.x, CUBE.y + 0.2, 0], 'plane'),
    label('target', text.cubeTarget, [CUBE.x, CUBE.y + 0.2, 0], 'plane'),
    label('source ports', text.cubePort, [-CUBE.x, below - 0.1, 0], 'plane'),
    label('target ports', text.cubePort, [CUBE.x, below - 0.1, 0], 'plane'),
    ...addressMarks(settings).map(({ share, text: words }) =>
      label(`address ${share}`, words, [-CUBE.x, share * CUBE.y, -CUBE.z - 0.08]),
    ),
    label('IPv6', 'IPv6', [-CUBE.x, IPV6_MIDDLE, -CUBE.z - 0.08]),
    label('IPv6 slots', 'IPv6', [CUBE.x, IPV6_MIDDLE, -CUBE.z - 0.08]),
    ...ports.map((port) => label(`to ${port}`, String(port), [CUBE.x, below, portShare(port, settings) * CUBE.z])),
    ...ports.map((port) => label(`from ${port}`, String(port), [-CUBE.x, below, portShare(port, settings) * CUBE.z])),
  ];
}
