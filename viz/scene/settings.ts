/** What viewers choose of the picture, as words in the address of the page: a link shows the same. */
import { formatIpv4 } from '../../shared/address.ts';
import type { CubeSettings, SceneSettings } from '../views/view.ts';

export const MOST_PORT = 65_535;

export const defaultSettings: SceneSettings = {
  view: 'atlas',
  flat: false,
  heightBy: 'distance',
  colourBy: 'class',
  cube: { logarithmic: true, ports: [0, MOST_PORT], sources: [0, 1], targetsBy: 'slot', targets: null },
};

const colourings = ['class', 'port', 'country', 'tag', 'radiation'] as const;

/** What makes no sense is passed over. */
export function readSettings(query: URLSearchParams, viewIds: readonly string[]): SceneSettings {
  const { heightBy, view } = defaultSettings;
  const asked = query.get('view');
  const colour = colourings.find((name) => name === query.get('colour'));
  return {
    view: viewIds.find((id) => id === asked) ?? view,
    flat: query.get('map') === 'flat',
    heightBy: query.get('height') === 'port' ? 'port' : heightBy,
    colourBy: colour ?? 'class',
    cube: {
      logarithmic: query.get('ports') !== 'linear',
      ports: readPorts(query.get('port')) ?? defaultSettings.cube.ports,
      sources: readSources(query.get('source')) ?? defaultSettings.cube.sources,
      targetsBy: query.get('targets') === 'address' ? 'address' : 'slot',
      // Which network of targets is looked at is in no link: it would tell where the darknet is.
      targets: null,
    },
  };
}

/** Puts what differs from the usual into the address, and takes the rest out. */
export function writeSettings({ view, flat, heightBy, colourBy, cube }: SceneSettings, query: URLSearchParams): void {
  const put = (name: string, value: string | null) => {
    if (value === null) query.delete(name);
    else query.set(name, value);
  };
  put('view', view === defaultSettings.view ? null : view);
  put('map', flat ? 'flat' : null);
  put('height', heightBy === 'port' ? 'port' : null);
  put('colour', colourBy === 'class' ? null : colourBy);
  put('ports', cube.logarithmic ? null : 'linear');
  put('port', cube.ports[0] === 0 && cube.ports[1] === MOST_PORT ? null : cube.ports.join('-'));
  put('source', formatSources(cube.sources));
  put('targets', cube.targetsBy === 'address' ? 'address' : null);
}

/** `23` or `0-1023`; null for what is no range of ports. */
export function readPorts(text: string | null): CubeSettings['ports'] | null {
  const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text?.trim() ?? '');
  if (!found) return null;
  const from = Number(found[1]);
  const to = Number(found[2] ?? found[1]);
  return from <= to && to <= MOST_PORT ? [from, to] : null;
}

/** `203.0.113.0/24` or `10/8`, as shares of the IPv4 space; null for what is no network. */
export function readSources(text: string | null): CubeSettings['sources'] | null {
  // A float on the graphics card tells networks apart down to this.
  const network = readNetwork(text, 24);
  return network && [network[0] / 2 ** 32, (network[1] + 1) / 2 ** 32];
}

/** First and last address of a network, down to a single address; null for what is none. */
export function readTargets(text: string): CubeSettings['targets'] {
  return readNetwork(text, 32);
}

function readNetwork(text: string | null, mostBits: number): readonly [first: number, last: number] | null {
  const found = /^(\d{1,3}(?:\.\d{1,3}){0,3})\/(\d{1,2})$/.exec(text?.trim() ?? '');
  if (!found) return null;
  const parts = found[1]!.split('.').map(Number);
  const bits = Number(found[2]);
  if (bits > mostBits || parts.some((part) => part > 255)) return null;
  const address = [0, 1, 2, 3].reduce((sum, at) => sum * 256 + (parts[at] ?? 0), 0);
  const size = 2 ** (32 - bits);
  const first = Math.floor(address / size) * size;
  return [first, first + size - 1];
}

export function formatTargets([first, last]: readonly [first: number, last: number]): string {
  return `${formatIpv4(first)}/${32 - Math.round(Math.log2(last - first + 1))}`;
}

/** The network of a range; null for all of the space. */
export function formatSources([from, to]: CubeSettings['sources']): string | null {
  const bits = Math.round(-Math.log2(to - from));
  if (bits === 0) return null;
  const address = Math.round(from * 2 ** 32);
  return `${formatIpv4(address)}/${bits}`;
}
