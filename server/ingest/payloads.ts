/** Payloads of the sensors as a commit carries them: the rows of all frames, and whose they are. */
import type { PayloadBatch } from '../../shared/wire/payloads.ts';
import type { IngestCommit, PayloadRow } from '../store/ingest-commit.ts';
import { payloadRows } from '../store/payload-memory/payload-rows.ts';
import type { Channel } from './channel.ts';

interface PayloadArrival {
  readonly channel: Channel;
  readonly payloads: PayloadBatch | null;
}

/** In memory of its own; nothing where no frame brings any. */
export function payloadsOf(arrivals: readonly PayloadArrival[]): Pick<IngestCommit, 'payloads'> {
  const payloads: PayloadRow[] = [];
  for (const { channel, payloads: batch } of arrivals)
    if (batch !== null) payloads.push(...payloadRows(batch, channel.session.id, channel.sensor.id));
  return payloads.length === 0 ? {} : { payloads };
}
