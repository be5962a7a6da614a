/** What `inspect` does not reach: flows, their frames there and back, and series. All of it is code that runs everywhere. */
import type { Capture } from '../../../sensor/capture/bytes/capture.ts';
import { Decoder } from '../../../sensor/decode/decoder.ts';
import { matchFingerprints } from '../../../sensor/fingerprint/index.ts';
import { FlowTable } from '../../../sensor/flow/flow-table.ts';
import { LiveWindow } from '../../../server/aggregate/live-window.ts';
import { SeriesAccumulator } from '../../../server/aggregate/series-accumulator.ts';
import type { FlowBatch } from '../../../shared/flow-batch.ts';
import { createPacketBatch } from '../../../shared/packet-batch.ts';
import { flowsToFrame, frameToFlows } from '../../../shared/wire/flow-frames.ts';
import { decodeFrame, encodeFrame } from '../../../shared/wire/frame.ts';

export interface PathResult {
  readonly flows: number;
  /** Of each frame, in the order in which they would be sent. */
  readonly frameDigests: readonly string[];
  readonly seriesRows: number;
  readonly seriesDigest: string;
  readonly sources: number;
}

export async function takeWholePath(capture: Capture): Promise<PathResult> {
  const frames: Uint8Array[] = [];
  const onRows = (rows: FlowBatch) => {
    frames.push(encodeFrame(flowsToFrame(rows, 0, rows.length, 1, frames.length)));
  };
  await makeFlows(capture, onRows);
  const series = new SeriesAccumulator();
  const live = new LiveWindow();
  let flows = 0;
  for (const frame of frames) {
    const { batch } = frameToFlows(decodeFrame(frame));
    series.add(batch);
    live.add(batch);
    flows += batch.length;
  }
  const rows = series.take();
  return {
    flows,
    frameDigests: await Promise.all(frames.map(digest)),
    seriesRows: rows.length,
    seriesDigest: await digest(new TextEncoder().encode(JSON.stringify(rows))),
    sources: live.sources(),
  };
}

async function makeFlows(capture: Capture, onRows: (rows: FlowBatch) => void): Promise<void> {
  const [ipv4, ipv6] = [createPacketBatch(4), createPacketBatch(6)];
  const [flows4, flows6] = [new FlowTable({ family: 4, onRows }), new FlowTable({ family: 6, onRows })];
  const decoder = new Decoder();
  await capture.open();
  for (let records = await capture.next(); records !== null; records = await capture.next()) {
    ipv4.length = 0;
    ipv6.length = 0;
    decoder.decode(records, ipv4, ipv6);
    matchFingerprints(ipv4, records.view);
    flows4.add(ipv4);
    flows6.add(ipv6);
  }
  flows4.empty();
  flows6.empty();
  await capture.close();
}

async function digest(bytes: Uint8Array): Promise<string> {
  const sum = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(sum), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
