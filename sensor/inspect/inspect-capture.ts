/** Reads a whole capture and tells what is in it: the same on the command line and in a browser. */
import { createPacketBatch } from '../../shared/packet-batch.ts';
import type { Capture } from '../capture/bytes/capture.ts';
import { Decoder } from '../decode/decoder.ts';
import type { PacketFilter } from '../filter/index.ts';
import { matchFingerprints } from '../fingerprint/index.ts';
import { type CaptureReport, makeReport } from './inspect-report.ts';
import { Inspection } from './inspection.ts';

const INTERRUPTED = 'the reading was interrupted: this is not all';

export interface InspectOptions {
  readonly checksums?: boolean;
  readonly filter?: PacketFilter | null;
  /** Aborted when no more shall be read: the report tells what was. Whoever aborts it closes the capture. */
  readonly stop?: AbortSignal | undefined;
  /** Called after every batch, with the packets so far. */
  readonly onProgress?: (packets: number) => void;
}

/** Opens, reads and closes. Never throws for a bad capture: the report says what was wrong with it. */
export async function inspectCapture(
  capture: Capture,
  { checksums = false, filter = null, stop, onProgress }: InspectOptions = {},
): Promise<CaptureReport> {
  const inspection = new Inspection();
  const decoder = new Decoder({ checksums });
  let damage: string | null = null;
  try {
    await capture.open();
    await readAll(capture, decoder, inspection, { filter, stop, onProgress });
  } catch (error) {
    damage = (error as Error).message;
  } finally {
    await capture.close();
  }
  if (stop?.aborted) damage = INTERRUPTED;
  const report = await makeReport(capture, decoder, inspection, damage ?? capture.damage);
  return filter === null ? report : { ...report, filteredOut: decoder.filteredOut };
}

interface Reading {
  readonly filter: PacketFilter | null;
  readonly stop: AbortSignal | undefined;
  readonly onProgress: ((packets: number) => void) | undefined;
}

async function readAll(
  capture: Capture,
  decoder: Decoder,
  inspection: Inspection,
  { filter, stop, onProgress }: Reading,
): Promise<void> {
  const ipv4 = createPacketBatch(4);
  const ipv6 = createPacketBatch(6);
  for (let records = await capture.next(); records !== null && !stop?.aborted; records = await capture.next()) {
    ipv4.length = 0;
    ipv6.length = 0;
    decoder.decode(records, ipv4, ipv6);
    matchFingerprints(ipv4, records.view);
    filter?.apply(records, decoder, ipv4, ipv6);
    inspection.addRecords(records, decoder.outcomes.encapsulations);
    inspection.addPackets(ipv4);
    inspection.addPackets(ipv6);
    onProgress?.(inspection.packets);
  }
}
