/** A sensor's counters begin anew with each of its runs; the ledger of a session is that of all its runs. */
import {
  addSensorLedgers,
  emptySensorLedger,
  type SensorLedger,
  type ServerLedger,
  sumCounts,
} from '../../shared/counters.ts';
import type { SensorHealth, SensorHello } from '../../shared/wire/messages.ts';
import type { LedgerHealth } from '../store/ingest-commit.ts';

/** The report of a run, with the runs before it added. `before` is what was reported last. */
export function addRun(
  health: SensorHealth,
  { epoch, prefixes }: Pick<SensorHello, 'epoch' | 'prefixes'>,
  before: LedgerHealth | null,
  server: ServerLedger,
): LedgerHealth {
  const earlier = before === null || before.epoch === epoch ? (before?.earlier ?? null) : endOfRun(before, server);
  return {
    ...health,
    epoch,
    earlier,
    prefixes,
    ledger: earlier === null ? health.ledger : addSensorLedgers([earlier, health.ledger]),
  };
}

/** What a run has to report before anything happened. */
export function reportOfBegin({ clock }: SensorHello): SensorHealth {
  return {
    ledger: emptySensorLedger(),
    link: 'none',
    clock,
    captureSeconds: null,
    skippedGaps: 0,
    lastSkippedGap: null,
    damage: [],
    finished: false,
  };
}

/** The ledger of a run that is over. One without a last word died: what it decoded and the server does not have is lost. */
function endOfRun({ finished, ledger }: LedgerHealth, server: ServerLedger): SensorLedger {
  if (finished) return ledger;
  const delivered = server.packetsStored + sumCounts(server.packetsRefused);
  const closed = delivered + ledger.packetsSpoolDropped;
  const explained = closed + ledger.lostInCrash;
  // More was stored than the last report knew of: it was captured after it.
  const unreported = Math.max(0, explained - ledger.decoded);
  return {
    ...ledger,
    received: ledger.received === null ? null : ledger.received + unreported,
    captured: ledger.captured + unreported,
    decoded: ledger.decoded + unreported,
    lostInCrash: ledger.lostInCrash + Math.max(0, ledger.decoded - explained),
    crashes: ledger.crashes + 1,
    packetsInOpenFlows: 0,
    packetsInClosedFlows: closed,
    packetsSent: delivered,
    packetsAcknowledged: delivered,
    packetsSpooled: 0,
    flowsClosed: server.flowsStored + sumCounts(server.flowsRefused) + ledger.flowsSpoolDropped,
    flowsSent: server.flowsStored + sumCounts(server.flowsRefused),
    flowsAcknowledged: server.flowsStored + sumCounts(server.flowsRefused),
    flowsSpooled: 0,
  };
}
