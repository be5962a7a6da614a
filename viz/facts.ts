/** `window.kurayami`: facts about the running page, for tests and for the curious. Nothing in it changes what is counted. */
import type { PageLedgerView } from './feed/page-ledger.ts';
import type { SecondsSource } from './feed/scene-clock.ts';
import type { Page } from './page.ts';
import type { PageState } from './state.ts';

export interface PageFacts {
  ledger(): PageLedgerView;
  /** Flows drawn on this connection. */
  streaksDrawn(): number;
  /** Streaks in the air now. */
  inFlight(): number;
  /** The slot of the streak at a point of the canvas, in CSS pixels; null for none, undefined when it cannot be told now. */
  pick(x: number, y: number): number | null | undefined;
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
    inFlight: () => page.inFlight(),
    pick: (x, y) => page.pick(x, y),
    setClock: (source) => page.setClock(source),
    get state() {
      return page.state;
    },
    get picture() {
      return page.pictureFacts();
    },
  };
}
