/** The page's part of the ledger, in flows of this connection: `received = drawn + expired + waiting`. */
export interface PageLedgerView {
  /** Flows in the streak frames that arrived. */
  received: number;
  /** Launched in a picture. */
  drawn: number;
  /** Overwritten before launch, too late to draw, or while no picture was made. */
  expired: number;
  /** In the ring, not launched yet. */
  waiting: number;
  /** Frames that could not be read and were dropped. */
  badFrames: number;
  /** `received` when the newest totals came: comparable with what the server says it sent. */
  receivedAtTotals: number;
}

export class PageLedger {
  received = 0;
  drawn = 0;
  expired = 0;
  badFrames = 0;
  receivedAtTotals = 0;

  /** A new connection is a new viewer to the server: both count from zero. */
  restart(): void {
    this.received = this.drawn = this.expired = this.badFrames = this.receivedAtTotals = 0;
  }

  view(): PageLedgerView {
    const { received, drawn, expired, badFrames, receivedAtTotals } = this;
    return { received, drawn, expired, badFrames, receivedAtTotals, waiting: received - drawn - expired };
  }
}
