/** Payloads as they come from a sensor, as rows that a store takes. */
import { MAX_PORTS, MAX_SOURCES, type PayloadBatch, SOURCE_REGISTERS } from '../../../shared/wire/payloads.ts';
import type { PayloadRow } from '../ingest-commit.ts';

/** At most MAX_PAYLOAD_ROWS, in memory of their own. */
export function payloadRows(batch: PayloadBatch, session: number, sensor: number): PayloadRow[] {
  const rows: PayloadRow[] = [];
  let at = 0;
  for (let row = 0; row < batch.length; row++) {
    const kept = batch.keptBytes[row]!;
    const ports = Math.min(batch.portCount[row]!, MAX_PORTS);
    const sources = Math.min(batch.sourceCount[row]!, MAX_SOURCES);
    rows.push({
      session,
      sensor,
      digest: (BigInt(batch.digestHigh[row]!) << 32n) | BigInt(batch.digestLow[row]!),
      protocol: batch.protocol[row]!,
      wireBytes: batch.wireBytes[row]!,
      capturedBytes: batch.capturedBytes[row]!,
      bytes: batch.bytes.slice(at, at + kept),
      packets: batch.packets[row]!,
      firstSeconds: batch.firstSeconds[row]!,
      lastSeconds: batch.lastSeconds[row]!,
      ports: [...batch.ports.subarray(row * MAX_PORTS, row * MAX_PORTS + ports)],
      hasMorePorts: batch.portCount[row]! > MAX_PORTS,
      sources: batch.sources.slice(row * MAX_SOURCES * 4, (row * MAX_SOURCES + sources) * 4),
      sketch: batch.sketches.slice(row * SOURCE_REGISTERS, (row + 1) * SOURCE_REGISTERS),
    });
    at += kept;
  }
  return rows;
}
