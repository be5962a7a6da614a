import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameQueue } from '../../../sensor/output/frame-queue.ts';
import type { QueuedFrame } from '../../../sensor/output/frame-source.ts';

const frame = (sequence: number, bytes = 100, flows = 1, packets = 10): QueuedFrame => ({
  sequence,
  bytes: new Uint8Array(bytes),
  flows,
  packets,
  findings: 0,
});

function queueOf(frames: number, maxBytes = 1_000): FrameQueue {
  const queue = new FrameQueue(maxBytes);
  for (let sequence = 1; sequence <= frames; sequence++) queue.push(frame(sequence));
  return queue;
}

/** Sequences of what is sent next, until there is no more or `count` were. */
function take(queue: FrameQueue, count = Number.POSITIVE_INFINITY): number[] {
  const sequences: number[] = [];
  for (let next = count > 0 ? queue.takeUnsent() : null; next !== null; next = queue.takeUnsent()) {
    sequences.push(next.sequence);
    if (sequences.length === count) break;
  }
  return sequences;
}

describe('sending', () => {
  test('in order, each once', () => {
    const queue = queueOf(3);
    expect(take(queue, 2)).toEqual([1, 2]);
    expect(queue.framesInFlight).toBe(2);
    expect(queue.totals).toMatchObject({ flowsSent: 2, packetsSent: 20, flowsWaiting: 1, packetsWaiting: 10 });
    expect(take(queue)).toEqual([3]);
    expect(queue.totals).toMatchObject({ flowsSent: 3, packetsWaiting: 0, flowsAcknowledged: 0 });
  });

  test('what is acknowledged leaves', () => {
    const queue = queueOf(3);
    take(queue, 2);
    queue.acknowledge(1);
    expect(queue.framesInFlight).toBe(1);
    expect(queue.totals).toMatchObject({ flowsSent: 2, packetsAcknowledged: 10 });
    queue.acknowledge(3);
    expect(queue).toMatchObject({ isEmpty: true, framesInFlight: 0 });
    expect(queue.totals).toMatchObject({ packetsSent: 30, packetsAcknowledged: 30, packetsWaiting: 0 });
    queue.acknowledge(3);
    queue.acknowledge(99);
    expect(queue.totals.packetsAcknowledged).toBe(30);
  });

  test('an older acknowledgement changes nothing', () => {
    const queue = queueOf(2);
    take(queue);
    queue.acknowledge(-1);
    queue.acknowledge(0);
    expect(queue.framesInFlight).toBe(2);
  });

  test('after a broken connection all that is not acknowledged goes again, counted once', () => {
    const queue = queueOf(4);
    take(queue, 3);
    queue.acknowledge(1);
    queue.rewind();
    expect(queue.framesInFlight).toBe(0);
    expect(take(queue)).toEqual([2, 3, 4]);
    expect(queue.totals).toMatchObject({ flowsSent: 4, packetsSent: 40, flowsWaiting: 0 });
  });

  test('a server that has stored more than this connection sent', () => {
    const queue = queueOf(3);
    queue.acknowledge(2);
    expect(queue.totals).toMatchObject({ packetsSent: 20, packetsAcknowledged: 20, packetsWaiting: 10 });
    expect(take(queue)).toEqual([3]);
  });
});

describe('a full queue', () => {
  test('is full at its limit', () => {
    expect(queueOf(9).isFull).toBe(false);
    expect(queueOf(10).isFull).toBe(true);
    const queue = queueOf(10);
    queue.acknowledge(1);
    expect(queue.isFull).toBe(false);
  });

  test('gives up the oldest that were never sent', () => {
    const queue = queueOf(12);
    take(queue, 2);
    queue.dropOldest();
    expect(queue.totals).toMatchObject({ flowsDropped: 3, packetsDropped: 30, flowsWaiting: 7 });
    expect(take(queue)).toEqual([6, 7, 8, 9, 10, 11, 12]);
  });

  test('counts frames of evidence and payloads that it gives up', () => {
    const queue = new FrameQueue(1_000);
    for (let sequence = 1; sequence <= 12; sequence++)
      queue.push({ ...frame(sequence, 100, 0, 0), findings: sequence % 2 });
    queue.dropOldest();
    expect(queue.totals).toMatchObject({ findingsDropped: 2, flowsDropped: 0, packetsDropped: 0 });
  });

  test('never gives up what was sent: the server may have it', () => {
    const queue = queueOf(12);
    take(queue);
    queue.rewind();
    queue.dropOldest();
    expect(queue.totals.flowsDropped).toBe(0);
    expect(take(queue)).toHaveLength(12);
  });

  test('that has room gives up nothing', () => {
    const queue = queueOf(9);
    queue.dropOldest();
    expect(queue.totals.flowsDropped).toBe(0);
  });
});

test('whatever happens, pushed = waiting + sent + dropped, and every frame is acknowledged, dropped or still there', () => {
  const operation = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        what: fc.constant('push' as const),
        bytes: fc.nat({ max: 400 }),
        flows: fc.nat({ max: 9 }),
        packets: fc.nat({ max: 99 }),
      }),
    },
    { weight: 4, arbitrary: fc.constant({ what: 'take' as const }) },
    {
      weight: 2,
      arbitrary: fc.record({ what: fc.constant('acknowledge' as const), back: fc.integer({ min: -2, max: 6 }) }),
    },
    { weight: 1, arbitrary: fc.constant({ what: 'rewind' as const }) },
    { weight: 1, arbitrary: fc.constant({ what: 'drop' as const }) },
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const queue = new FrameQueue(1_000);
      const pushed: QueuedFrame[] = [];
      const sent = new Set<number>();
      let acknowledged = 0;
      for (const step of operations) {
        if (step.what === 'push') {
          pushed.push(frame(pushed.length + 1, step.bytes, step.flows, step.packets));
          queue.push(pushed.at(-1)!);
        } else if (step.what === 'take') {
          const taken = queue.takeUnsent();
          if (taken !== null) {
            expect(taken.sequence).toBeGreaterThan(acknowledged);
            sent.add(taken.sequence);
          }
        } else if (step.what === 'acknowledge') {
          // A server acknowledges what it was sent.
          const newest = Math.max(0, ...sent) - step.back;
          if (step.back >= 0 && newest > 0) {
            acknowledged = Math.max(acknowledged, newest);
            queue.acknowledge(newest);
          }
        } else if (step.what === 'rewind') queue.rewind();
        else queue.dropOldest();

        const sum = (frames: readonly QueuedFrame[], of: 'flows' | 'packets') =>
          frames.reduce((all, one) => all + one[of], 0);
        const wasSent = pushed.filter(({ sequence }) => sent.has(sequence));
        const { totals } = queue;
        expect(totals.packetsWaiting + totals.packetsSent + totals.packetsDropped).toBe(sum(pushed, 'packets'));
        expect(totals.flowsWaiting + totals.flowsSent + totals.flowsDropped).toBe(sum(pushed, 'flows'));
        expect(totals.packetsSent).toBe(sum(wasSent, 'packets'));
        expect(totals.packetsAcknowledged).toBe(
          sum(
            wasSent.filter(({ sequence }) => sequence <= acknowledged),
            'packets',
          ),
        );
        expect(Math.min(...Object.values(totals))).toBeGreaterThanOrEqual(0);
      }
      // At the end all that was sent and not acknowledged is still there to be sent again.
      queue.rewind();
      const left = new Set(take(queue));
      for (const sequence of sent) expect(left.has(sequence)).toBe(sequence > acknowledged);
    }),
    { numRuns: 500 },
  );
});
