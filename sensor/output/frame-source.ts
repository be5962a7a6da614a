/** What a connection to the server is fed from: frames of one epoch, kept until they are acknowledged. */

export interface QueuedFrame {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly flows: number;
  readonly packets: number;
  /** 1 for a frame of evidence or payloads, else 0. */
  readonly findings: number;
}

/** `flows + recovered = waiting + sent + dropped`, and the same of packets. */
export interface QueueTotals {
  flowsSent: number;
  packetsSent: number;
  flowsAcknowledged: number;
  packetsAcknowledged: number;
  flowsWaiting: number;
  packetsWaiting: number;
  flowsDropped: number;
  packetsDropped: number;
  /** Found in the spool of an earlier run: closed by that one, delivered by this one. */
  flowsRecovered: number;
  packetsRecovered: number;
  /** Of those dropped, the ones that an earlier run had closed. */
  flowsRecoveredDropped: number;
  packetsRecoveredDropped: number;
  /** Frames of evidence and payloads that were given up before they were sent. */
  findingsDropped: number;
}

export function emptyQueueTotals(): QueueTotals {
  return {
    flowsSent: 0,
    packetsSent: 0,
    flowsAcknowledged: 0,
    packetsAcknowledged: 0,
    flowsWaiting: 0,
    packetsWaiting: 0,
    flowsDropped: 0,
    packetsDropped: 0,
    flowsRecovered: 0,
    packetsRecovered: 0,
    flowsRecoveredDropped: 0,
    packetsRecoveredDropped: 0,
    findingsDropped: 0,
  };
}

export interface FrameSource {
  /** Nothing is left that was not acknowledged. */
  readonly isEmpty: boolean;
  readonly framesInFlight: number;
  readonly bytesInFlight: number;
  /** Sequence of the newest frame that was ever sent: a server can have stored no more. */
  readonly highestSent: number;
  /** Everything up to here is acknowledged. */
  readonly acknowledgedSequence: number;
  /** The next frame to send, or null. */
  takeUnsent(): QueuedFrame | null;
  /** All frames up to `sequence` are stored. */
  acknowledge(sequence: number): void;
  /** The connection broke: what was in flight has to be sent again. */
  rewind(): void;
}

type Counted = Pick<QueuedFrame, 'flows' | 'packets'>;
/** What is lost of frames. */
type Lost = Counted & Pick<QueuedFrame, 'findings'>;

export function countWaiting(totals: QueueTotals, { flows, packets }: Counted, sign: 1 | -1 = 1): void {
  totals.flowsWaiting += sign * flows;
  totals.packetsWaiting += sign * packets;
}

export function countSent(totals: QueueTotals, frame: Counted): void {
  countWaiting(totals, frame, -1);
  totals.flowsSent += frame.flows;
  totals.packetsSent += frame.packets;
}

export function countAcknowledged(totals: QueueTotals, { flows, packets }: Counted): void {
  totals.flowsAcknowledged += flows;
  totals.packetsAcknowledged += packets;
}

/** Given up before it was ever sent. */
export function countDropped(totals: QueueTotals, frame: Lost): void {
  countWaiting(totals, frame, -1);
  totals.flowsDropped += frame.flows;
  totals.packetsDropped += frame.packets;
  totals.findingsDropped += frame.findings;
}

export function countRecovered(totals: QueueTotals, { flows, packets }: Counted, sign: 1 | -1 = 1): void {
  totals.flowsRecovered += sign * flows;
  totals.packetsRecovered += sign * packets;
}

export function countRecoveredDropped(totals: QueueTotals, { flows, packets }: Counted): void {
  totals.flowsRecoveredDropped += flows;
  totals.packetsRecoveredDropped += packets;
}
