/** A view: layers of the scene put together, and how totals change them. A new view is a file like `atlas.ts`. */
import type { Scene } from 'three';
import type { LiveTotals } from '../../shared/wire/messages.ts';
import type { LabelOverlay } from '../scene/labels.ts';
import type { Orbit } from '../scene/orbit.ts';
import type { Quality } from '../scene/quality.ts';
import type { Stage } from '../scene/stage.ts';
import type { StreakRing } from '../scene/streak-ring.ts';
import type { Text } from '../text/text.ts';

export interface ViewContext {
  readonly stage: Stage;
  readonly ring: StreakRing;
  readonly orbit: Orbit;
  readonly labels: LabelOverlay;
  readonly quality: Quality;
}

export interface Picture {
  /** Scene time. */
  readonly now: number;
  readonly inFlight: number;
  readonly classMask: number;
  /** Reduced motion: nothing flies. */
  readonly still: boolean;
  /** Capture time shown, for the sun; null before the first packet. */
  readonly captureSeconds: number | null;
}

export interface View {
  /** Radius that is fitted into the window. */
  readonly fitRadius: number;
  update(totals: LiveTotals, text: Text, countryName: (code: string) => string): void;
  animate(picture: Picture): void;
  dispose(): void;
}

export interface ViewMaker {
  readonly id: string;
  create(context: ViewContext, scene: Scene): View;
}
