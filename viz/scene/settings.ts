/** What viewers choose of the picture, as words in the address of the page: a link shows the same. */
import type { CubeSettings, SceneSettings } from '../views/view.ts';

export const MOST_PORT = 65_535;

export const defaultSettings: SceneSettings = {
  view: 'atlas',
  flat: false,
  heightBy: 'distance',
  colourBy: 'class',
  cube: { logarithmic: true, ports: [0, MOST_PORT], sources: [0, 1] },
};

const colourings = ['class', 'port', 'country', 'tag'] as const;

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
  const found = /^(\d{1,3}(?:\.\d{1,3}){0,3})\/(\d{1,2})$/.exec(text?.trim() ?? '');
  if (!found) return null;
  const parts = found[1]!.split('.').map(Number);
  const bits = Number(found[2]);
  // A float on the graphics card tells networks apart down to this.
  if (bits > 24 || parts.some((part) => part > 255)) return null;
  const address = [0, 1, 2, 3].reduce((sum, at) => sum * 256 + (parts[at] ?? 0), 0);
  const size = 2 ** (32 - bits);
  const from = Math.floor(address / size) * size;
  return [from / 2 ** 32, (from + size) / 2 ** 32];
}

/** The network of a range; null for all of the space. */
export function formatSources([from, to]: CubeSettings['sources']): string | null {
  const bits = Math.round(-Math.log2(to - from));
  if (bits === 0) return null;
  const address = Math.round(from * 2 ** 32);
  return `${[24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')}/${bits}`;
}
