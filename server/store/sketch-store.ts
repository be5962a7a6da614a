/** What distinct addresses are counted from, as an interface. */
import type { FlowBatch } from '../../shared/flow-batch.ts';
import type { StoredSketch } from './ingest-commit.ts';
import type { Span } from './span.ts';

/** What a start needs to go on counting distinct addresses where the last run stood. */
export interface SketchMemory {
  readonly states: readonly StoredSketch[];
  /** Minutes with flows that are not in `states` yet. */
  readonly minutes: readonly { readonly session: number; readonly bin: number }[];
}
export interface MinuteFlows {
  readonly bin: number;
  readonly flows: number;
}
/** Spans are of the seconds that flows are counted in. */
export interface SketchStore {
  memory(): Promise<SketchMemory>;
  /** Minutes of a span that have stored flows, oldest first. */
  flowsByMinute(session: number, span: Span): Promise<MinuteFlows[]>;
  /** Stored flows of a span, oldest first, with the columns that series are made of; null without any. */
  flowsBetween(session: number, span: Span, family: 4 | 6): Promise<FlowBatch | null>;
}
