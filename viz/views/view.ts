/**
 * A view: where streaks fly in it, what stands around them, and where the eye is. A new view is one file, made of layers
 * that exist, and a line in `index.ts`; trails, sparks, ripples, hovering, colours and the flight to it come by themselves.
 */
import type { LiveTotals } from '../../shared/wire/messages.ts';
import type { SceneLayer } from '../layers/layer.ts';
import type { Label } from '../scene/labels.ts';
import type { Orbit } from '../scene/orbit.ts';
import type { Quality } from '../scene/quality.ts';
import type { SensorTable } from '../scene/sensor-table.ts';
import type { Stage } from '../scene/stage.ts';
import type { StreakTwin } from '../scene/streak-twin.ts';
import type { StreakPath } from '../shaders/streak-path.ts';
import type { Text, TextKey } from '../text/text.ts';

export interface ViewContext {
  readonly stage: Stage;
  readonly quality: Quality;
  readonly sensors: SensorTable;
  /** Uniforms of the scene that layers may share. */
  readonly uniforms: SceneUniforms;
}

export interface SceneUniforms {
  readonly now: { value: number };
  readonly still: { value: number };
  readonly pixelScale: { value: number };
}

export interface Picture {
  /** Scene time. */
  readonly now: number;
  /** Seconds of the wall's clock since the picture before; infinite where pictures are made exactly, not in passing. */
  readonly elapsed: number;
  /** Capture time shown, for the sun; null before the first packet. */
  readonly captureSeconds: number | null;
  readonly settings: SceneSettings;
}

/** What viewers choose of the picture; it stands in the address of the page. */
export interface SceneSettings {
  view: string;
  flat: boolean;
  heightBy: 'distance' | 'port';
  colourBy: 'class' | 'port' | 'country' | 'tag' | 'radiation';
  cube: CubeSettings;
}

/** The part of the Cube's planes that is shown. */
export interface CubeSettings {
  logarithmic: boolean;
  ports: readonly [from: number, to: number];
  /** Shares of the IPv4 space, 0 to 1. */
  sources: readonly [from: number, to: number];
  /** By address is for those who may see targets; for others it is as by slot. */
  targetsBy: 'slot' | 'address';
  /** First and last address of the network of targets that is shown, as 32-bit words; null for all that came. */
  targets: readonly [first: number, last: number] | null;
}

/** Half of what must fit into the window around the middle. */
export interface Extent {
  readonly width: number;
  readonly height: number;
}

export interface View {
  readonly orbit: Orbit;
  readonly extent: Extent;
  readonly layers: readonly SceneLayer[];
  /** False while something of it is being loaded, and its picture will be another; always true where it is left out. */
  readonly isWhole?: boolean;
  /** Where streaks are, for the pointer. */
  readonly twin: StreakTwin;
  /** 0 when the view is not there, 1 when it is there alone. */
  setPresence(share: number): void;
  update(totals: LiveTotals, text: Text, countryName: (code: string) => string): void;
  labels(): readonly Label[];
  animate(picture: Picture): void;
  dispose(): void;
}

export interface ViewMaker {
  /** Also the word in the page's address. */
  readonly id: string;
  readonly name: TextKey;
  /** The key that shows it. */
  readonly key: string;
  readonly path: StreakPath;
  create(context: ViewContext): View;
}
