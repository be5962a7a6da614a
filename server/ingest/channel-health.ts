/** Reports that come over a channel. */
import type { Frame } from '../../shared/wire/frame.ts';
import { decodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { SensorHealth } from '../../shared/wire/messages.ts';
import type { Channel } from './channel.ts';
import { readHealth } from './sensor-messages.ts';
import { runOf } from './sensor-runs.ts';

/** Null for the last word of an earlier run, which lay in the spool: the hello of this run told it. Throws WireError. */
export function readOwnHealth({ hello }: Channel, frame: Frame): SensorHealth | null {
  const health = readHealth(decodeJsonFrame(frame));
  return health.run === undefined || health.run === runOf(hello) ? health : null;
}
