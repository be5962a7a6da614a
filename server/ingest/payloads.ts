/** Payloads of the sensors as a commit carries them: the rows of all frames, and whose they are. */
import { MAX_PORTS, MAX_SOURCES, type PayloadBatch, SOURCE_REGISTERS } from '../../shared/wire/payloads.ts';
import type { IngestCommit, PayloadRow } from '../store/ingest-commit.ts';
import type { Channel } from './channel.ts';

interface PayloadArrival {
  readonly channel: Channel;
  readonly payloads: PayloadBatch | null;
}

/** In memory of its own; nothing where no frame brings any. */
export function payloadsOf(arrivals: readonly PayloadArrival[]): Pick<IngestCommit, 'payloads'> {
  const payloads: PayloadRow[] = [];
  for (const { channel, payloads: batch } of arrivals) if (batch !== null) addRows(payloads, channel, batch);
  return payloads.length === 0 ? {} : { payloads };
}

function addRows(rows: PayloadRow[], { session, sensor }: Channel, batch: PayloadBatch): void {
  let at = 0;
  for (let row = 0; row < batch.length; row++) {
    const kept = batch.keptBytes[row]!;
    const ports = Math.min(batch.portCount[row]!, MAX_PORTS);
    const sources = Math.min(batch.sourceCount[row]!, MAX_SOURCES);
    rows.push({
      session: session.id,
      sensor: sensor.id,
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
}
