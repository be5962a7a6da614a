/** How live sensors do, as numbers of one moment: what the copy of the series in another store also gets. */
import { sumCounts } from '../../shared/counters.ts';
import type { LedgerState } from '../store/ingest-commit.ts';
import type { HealthPoint } from '../store/outbox.ts';
import type { Channel } from './channel.ts';
import { isLive, LIVE_SESSION, latestChannels } from './latest-channels.ts';

/** Of each sensor that was heard of since the start. Counters are those of the ledger, over all runs of the sensor. */
export function healthPoints(
  channels: readonly Channel[],
  ledgers: readonly LedgerState[],
  nowMilliseconds: number,
): HealthPoint[] {
  const newest = latestChannels(channels.filter(isLive));
  return [...newest.values()].map((channel) => {
    const ledger = ledgers.find(({ session, sensor }) => session === LIVE_SESSION && sensor === channel.sensor.id);
    const fields = { ...connectionFields(channel, nowMilliseconds), ...(ledger ? counterFields(ledger) : {}) };
    return { sensor: channel.sensor.id, seconds: nowMilliseconds / 1000, fields };
  });
}

/** Null is what nobody knows: it is left out. */
function connectionFields({ peer, health, lastHeardMilliseconds }: Channel, nowMilliseconds: number) {
  const link = health?.link ?? 'none';
  const captured = health?.captureSeconds ?? null;
  return {
    connected: peer === null ? 0 : 1,
    linkUp: link === 'none' ? null : Number(link === 'up'),
    silentSeconds: wholeSeconds(nowMilliseconds - lastHeardMilliseconds),
    lagSeconds: captured === null ? null : wholeSeconds(nowMilliseconds - captured * 1000),
  };
}

/** Two clocks may disagree: nothing lies ahead of now. */
function wholeSeconds(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds / 1000));
}

function counterFields({ health, server }: LedgerState): HealthPoint['fields'] {
  const sensor = health?.ledger;
  return {
    captured: sensor?.captured ?? null,
    droppedByKernel: sensor?.droppedByKernel ?? null,
    droppedByInterface: sensor?.droppedByInterface ?? null,
    flowsSpooled: sensor?.flowsSpooled ?? null,
    packetsSpooled: sensor?.packetsSpooled ?? null,
    flowsSpoolDropped: sensor?.flowsSpoolDropped ?? null,
    packetsSpoolDropped: sensor?.packetsSpoolDropped ?? null,
    packetsAccepted: server.packetsAccepted,
    packetsStored: server.packetsStored,
    packetsRefused: sumCounts(server.packetsRefused),
    duplicateFrames: server.duplicateFrames,
    packetsLate: server.packetsLate,
  };
}
