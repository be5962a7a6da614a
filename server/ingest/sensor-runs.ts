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

/** Runs of which it is remembered that they were added. */
const MAX_RUNS = 64;

/** The run of a hello: sensors before 0.2 have one epoch a run. */
export function runOf({ run, epoch }: Pick<SensorHello, 'run' | 'epoch'>): number {
  return run ?? epoch;
}

/** The report of a run, with the runs before it added. `before` is what was reported last. */
export function addRun(
  health: SensorHealth,
  hello: Pick<SensorHello, 'run' | 'epoch' | 'prefixes'>,
  before: LedgerHealth | null,
  server: ServerLedger,
): LedgerHealth {
  const run = runOf(hello);
  const isSame = before === null || before.epoch === run;
  const known = isSame ? (before?.earlier ?? null) : endOfRun(before, server);
  const applied = isSame ? before?.recovered : undefined;
  const earlier = takeBack(known, health.recovered, applied);
  const earlierRuns = isSame ? before?.earlierRuns : [...(before.earlierRuns ?? []), before.epoch].slice(-MAX_RUNS);
  return {
    ...health,
    epoch: run,
    earlier,
    ...(earlierRuns === undefined ? {} : { earlierRuns }),
    prefixes: hello.prefixes,
    ledger: earlier === null ? health.ledger : addSensorLedgers([earlier, health.ledger]),
  };
}

/**
 * The ledger before a run begins, with the last words of the runs before it that came no further than the sensor's disk:
 * those that are newer than what was heard, and those of runs that were never heard.
 */
export function hearLastWords(
  hello: SensorHello,
  before: LedgerHealth | null,
  server: ServerLedger,
): LedgerHealth | null {
  let ledger = before;
  for (const { run, lastWord } of hello.earlier ?? []) {
    if (lastWord === undefined || run === runOf(hello) || ledger?.earlierRuns?.includes(run)) continue;
    const isNewer = ledger?.epoch !== run || lastWord.ledger.captured >= ownCaptured(ledger);
    if (isNewer) ledger = addRun(lastWord, { epoch: run, prefixes: hello.prefixes }, ledger, server);
  }
  return ledger;
}

function ownCaptured({ ledger, earlier }: LedgerHealth): number {
  return ledger.captured - (earlier?.captured ?? 0);
}

type Recovered = SensorHealth['recovered'];

/** What was taken for lost with earlier runs, and is found in the spool: those had closed it, and this run delivers it. */
function takeBack(earlier: SensorLedger | null, found: Recovered, applied: Recovered): SensorLedger | null {
  const packets = (found?.packets ?? 0) - (applied?.packets ?? 0);
  const flows = (found?.flows ?? 0) - (applied?.flows ?? 0);
  if (packets <= 0 && flows <= 0) return earlier;
  const ledger = earlier ?? emptySensorLedger();
  // More was found than any report knew of: it was captured after it.
  const unreported = Math.max(0, packets - ledger.lostInCrash);
  return {
    ...ledger,
    ...countUnreported(ledger, unreported),
    lostInCrash: Math.max(0, ledger.lostInCrash - packets),
    packetsInClosedFlows: ledger.packetsInClosedFlows + packets,
    flowsClosed: ledger.flowsClosed + flows,
  };
}

function countUnreported({ received, captured, decoded }: SensorLedger, packets: number) {
  return {
    received: received === null ? null : received + packets,
    captured: captured + packets,
    decoded: decoded + packets,
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

/**
 * The ledger of a run that is over. One without a last word died; and so, as far as is known here, is lost what one with
 * a last word kept for the next, until that says what it found.
 */
function endOfRun({ finished, ledger }: LedgerHealth, server: ServerLedger): SensorLedger {
  const delivered = server.packetsStored + sumCounts(server.packetsRefused);
  const deliveredFlows = server.flowsStored + sumCounts(server.flowsRefused);
  const closed = delivered + ledger.packetsSpoolDropped;
  const explained = closed + ledger.lostInCrash;
  if (finished && explained === ledger.decoded) return ledger;
  // More was stored than the last report knew of: it was captured after it.
  const unreported = Math.max(0, explained - ledger.decoded);
  return {
    ...ledger,
    ...countUnreported(ledger, unreported),
    lostInCrash: ledger.lostInCrash + Math.max(0, ledger.decoded - explained),
    crashes: ledger.crashes + (finished ? 0 : 1),
    packetsInOpenFlows: 0,
    packetsInClosedFlows: closed,
    packetsSent: delivered,
    packetsAcknowledged: delivered,
    packetsSpooled: 0,
    flowsClosed: deliveredFlows + ledger.flowsSpoolDropped,
    flowsSent: deliveredFlows,
    flowsAcknowledged: deliveredFlows,
    flowsSpooled: 0,
  };
}
