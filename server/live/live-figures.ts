/** Rates, tops and totals of flows as they come: of a whole session, or of what a filter selects of it. */
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { sumPackets } from '../../shared/wire/flow-frames.ts';
import { LiveWindow } from '../aggregate/live-window.ts';

export interface FlowTotals {
  packets: number;
  flows: number;
  bytes: number;
  unknownPlacePackets: number;
}

export class LiveFigures {
  readonly window = new LiveWindow();
  readonly totals: FlowTotals;

  constructor(totals: FlowTotals) {
    this.totals = totals;
  }

  /** `isBacklog`: it waited in a spool, and is not of now. */
  add(batch: FlowBatch, isBacklog = false): void {
    if (!isBacklog) this.window.add(batch);
    this.totals.packets += sumPackets(batch, 0, batch.length);
    this.totals.flows += batch.length;
    for (let row = 0; row < batch.length; row++) {
      this.totals.bytes += batch.wireBytes[row]!;
      if (batch.country[row] === 0) this.totals.unknownPlacePackets += batch.packets[row]!;
    }
  }
}
