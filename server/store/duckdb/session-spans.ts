/** First and last capture time and packets that a commit adds to each session, so that listing sessions reads no flows. */
import type { FlowBatch } from '../../../shared/flow-batch.ts';

export interface SessionSpan {
  readonly session: number;
  firstMicros: number;
  lastMicros: number;
  packets: number;
}

export function sessionSpans(batches: readonly FlowBatch[]): SessionSpan[] {
  const spans = new Map<number, SessionSpan>();
  for (const batch of batches) addBatch(spans, batch);
  return [...spans.values()];
}

function addBatch(spans: Map<number, SessionSpan>, batch: FlowBatch): void {
  let span: SessionSpan | undefined;
  for (let row = 0; row < batch.length; row++) {
    const session = batch.session[row]!;
    if (span?.session !== session) {
      span = spans.get(session) ?? { session, firstMicros: Infinity, lastMicros: -Infinity, packets: 0 };
      spans.set(session, span);
    }
    const intervalMicros = Math.round(batch.interval[row]! * 1_000_000);
    span.firstMicros = Math.min(span.firstMicros, intervalMicros + batch.firstMicros[row]!);
    span.lastMicros = Math.max(span.lastMicros, intervalMicros + batch.lastMicros[row]!);
    span.packets += batch.packets[row]!;
  }
}
