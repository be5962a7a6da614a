/** `window.kurayami`: facts about the running page, for tests and for the curious. Nothing in it changes what is counted. */
import type { PageLedgerView } from './feed/page-ledger.ts';
import type { SecondsSource } from './feed/scene-clock.ts';
import type { Page } from './page.ts';
import type { SparkPlace } from './scene/spark-place.ts';
import type { StreakFacts } from './scene/streak-facts.ts';
import type { PageState } from './state.ts';

export interface PageFacts {
  ledger(): PageLedgerView;
  /** Flows drawn on this connection. */
  streaksDrawn(): number;
  /** Streaks in the air now. */
  inFlight(): number;
  /** Scene time, and the capture times of the streaks that started since another: how old what one sees is. */
  launchedSince(sceneSeconds: number): { readonly now: number; readonly captured: readonly number[] };
  /** The slot of the streak at a point of the canvas, in CSS pixels; null for none, undefined when it cannot be told now. */
  pick(x: number, y: number): number | null | undefined;
  /** Where on the canvas the spark of a slot's streak is; null when there is none to see. */
  sparkPlace(slot: number): SparkPlace | null;
  /** Where the eye is now, and whether a viewer holds it there; null where there are no pictures. */
  camera(): {
    readonly latitude: number;
    readonly longitude: number;
    readonly zoom: number;
    readonly held: boolean;
  } | null;
  /** What is known of the streaks in the air now; of so many at most. */
  flying(most: number): readonly StreakFacts[];
  /** Runs the scene by another clock, so that a picture is exact. */
  setClock(source: SecondsSource): void;
  readonly state: Readonly<PageState>;
  readonly picture: {
    readonly tier: string;
    readonly drawCalls: number;
    readonly frames: number;
    readonly driver: string;
    /** From one view to another. */
    readonly isFlying: boolean;
    /** Nothing of the view is still being loaded. */
    readonly isWhole: boolean;
  };
}

declare global {
  interface Window {
    kurayami?: PageFacts;
  }
}

export function exposeFacts(page: Page): void {
  window.kurayami = {
    ledger: () => page.ledgerView(),
    streaksDrawn: () => page.ledgerView().drawn,
    inFlight: () => page.air.inFlight(),
    launchedSince: (sceneSeconds) => page.air.launchedSince(sceneSeconds),
    pick: (x, y) => page.pick(x, y),
    sparkPlace: (slot) => page.sparkPlace(slot),
    camera: () => page.orbit && { ...page.orbit.pose, held: page.orbit.held !== null },
    flying: (most) => page.air.flying(most),
    setClock: (source) => page.setClock(source),
    get state() {
      return page.state;
    },
    get picture() {
      return page.pictureFacts();
    },
  };
}
