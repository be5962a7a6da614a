/** What a frame of a sensor brings, as far as it can be read. */
import type { ServerLedger } from '../../shared/counters.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { flowFields } from '../../shared/flow-fields.ts';
import { type EvidenceBatch, frameToEvidence } from '../../shared/wire/evidence.ts';
import { frameToFlows, sumPackets } from '../../shared/wire/flow-frames.ts';
import { type Frame, FrameKind } from '../../shared/wire/frame.ts';
import type { SensorHealth } from '../../shared/wire/messages.ts';
import { frameToPackets, type RawPackets } from '../../shared/wire/packets.ts';
import { frameToPayloads, type PayloadBatch } from '../../shared/wire/payloads.ts';
import { WireError } from '../../shared/wire/wire-error.ts';
import type { Channel } from './channel.ts';
import { readOwnHealth } from './channel-health.ts';

/** A frame that came through, but what it says cannot be stored, or read. */
interface Refusal {
  readonly code: string;
  /** For the log. */
  readonly message: string;
  /** The ledger's counter of frames of this kind; null for flows, of which each is counted. */
  readonly counter: 'reportsRefused' | 'evidenceRefused' | 'payloadsRefused' | 'rawPacketsRefused' | null;
  readonly flows: number;
  readonly packets: number;
}

export interface Arrival {
  readonly channel: Channel;
  readonly sequence: number;
  readonly batch: FlowBatch | null;
  readonly health: SensorHealth | null;
  readonly evidence: EvidenceBatch | null;
  readonly payloads: PayloadBatch | null;
  readonly packets: RawPackets | null;
  readonly refusal: Refusal | null;
}

/** Frames of other kinds bring nothing. `enrich` fills the columns of flows that the server knows. */
export function readArrival(channel: Channel, frame: Frame, enrich: (batch: FlowBatch) => void): Arrival {
  const { sequence } = frame;
  const nothing = { batch: null, health: null, evidence: null, payloads: null, packets: null, refusal: null };
  const arrival = { channel, sequence, ...nothing };
  try {
    switch (frame.kind) {
      case FrameKind.health:
        return { ...arrival, health: readOwnHealth(channel, frame) };
      case FrameKind.evidence:
        return { ...arrival, evidence: frameToEvidence(frame) };
      case FrameKind.payloads:
        return { ...arrival, payloads: frameToPayloads(frame) };
      case FrameKind.packets:
        return { ...arrival, packets: frameToPackets(frame) };
      case FrameKind.flows4:
      case FrameKind.flows6:
        return { ...arrival, batch: readFlows(channel, frame, enrich) };
      default:
        return arrival;
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    // Acknowledged all the same: it would come again and again, and everything behind it would wait.
    return { ...arrival, refusal: refusalOf(frame, error) };
  }
}

function readFlows(channel: Channel, frame: Frame, enrich: (batch: FlowBatch) => void): FlowBatch {
  const { batch } = frameToFlows(frame);
  batch.sensor.fill(channel.sensor.id);
  batch.session.fill(channel.session.id);
  enrich(batch);
  return batch;
}

function refusalOf(frame: Frame, { code, message }: WireError): Refusal {
  const counter = counters[frame.kind] ?? null;
  const counts =
    counter === null ? countRows(frame) : { flows: 0, packets: counter === 'rawPacketsRefused' ? frame.rows : 0 };
  const name = names[frame.kind] ?? 'a frame';
  return { code, message: `${name} is refused: ${message} [${code}]`, counter, ...counts };
}

const counters: Readonly<Record<number, Refusal['counter']>> = {
  [FrameKind.health]: 'reportsRefused',
  [FrameKind.evidence]: 'evidenceRefused',
  [FrameKind.payloads]: 'payloadsRefused',
  [FrameKind.packets]: 'rawPacketsRefused',
};
const names: Readonly<Record<number, string>> = {
  [FrameKind.health]: 'a report',
  [FrameKind.evidence]: 'a frame of evidence',
  [FrameKind.payloads]: 'a frame of payloads',
  [FrameKind.packets]: 'a frame of packets',
};

/** Flows and packets that a refused frame claims. */
function countRows({ columns }: Frame): { flows: number; packets: number } {
  const packets = columns.find(({ field }) => field === flowFields.packets.id)?.data;
  if (!(packets instanceof Uint32Array)) return { flows: 0, packets: 0 };
  return { flows: packets.length, packets: sumPackets({ packets }, 0, packets.length) };
}

export function countRefused(ledger: ServerLedger, { code, counter, flows, packets }: Refusal): void {
  if (counter === 'rawPacketsRefused') {
    countRawRefused(ledger, code, packets);
    return;
  }
  if (counter !== null) {
    ledger[counter][code] = (ledger[counter][code] ?? 0) + 1;
    return;
  }
  ledger.flowsAccepted += flows;
  ledger.packetsAccepted += packets;
  ledger.flowsRefused[code] = (ledger.flowsRefused[code] ?? 0) + flows;
  ledger.packetsRefused[code] = (ledger.packetsRefused[code] ?? 0) + packets;
}

/** Packets, not frames: what came is what is kept, went, or was refused. */
export function countRawRefused(ledger: ServerLedger, code: string, packets: number): void {
  ledger.rawPackets += packets;
  ledger.rawPacketsRefused[code] = (ledger.rawPacketsRefused[code] ?? 0) + packets;
}
