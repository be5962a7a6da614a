/** The demos: each is an example page, a picture test and a picture of docs/views.md at once. */
import type { ScenarioRun } from './record-scenario.ts';

export interface Demo {
  /** Of its picture. */
  readonly name: string;
  /** What is chosen in the page's address. */
  readonly query: string;
  readonly run: ScenarioRun;
  /** Its picture is made without panels. */
  readonly isBare?: true;
  /** Of its picture in docs/pictures. */
  readonly size: readonly [width: number, height: number];
}

/** Some minutes, so that the line of packets a second has something to tell; fewer flows than a server sends in a second. */
const background: ScenarioRun = { scenario: 'background', seed: 11, packetsPerSecond: 340, seconds: 270 };

const shape = (name: string, query: string, seed: number): Demo => ({
  name: `cube-${name}`,
  query: `view=cube${query}`,
  run: { scenario: `shape-${name}`, seed, packetsPerSecond: 260, seconds: 60 },
  isBare: true,
  size: [960, 540],
});

export const demos: readonly Demo[] = [
  { name: 'atlas', query: '', run: background, size: [1280, 720] },
  { name: 'map', query: 'map=flat', run: background, size: [1280, 720] },
  { name: 'cube', query: 'view=cube', run: background, size: [1280, 720] },
  { name: 'hilbert', query: 'view=hilbert', run: background, isBare: true, size: [960, 540] },
  shape('fan', '', 3),
  shape('blade', '&ports=linear', 3),
  shape('wall', '', 3),
  shape('cone', '&ports=linear', 3),
];
