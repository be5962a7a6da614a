/** The ledger as rows: each stage with what came through, and beneath it why the rest did not. No DOM: see `ledger.ts`. */
import { sumCounts } from '../../shared/counters.ts';
import type { LiveTotals } from '../../shared/wire/messages.ts';
import type { PageLedgerView } from '../feed/page-ledger.ts';
import { fill, type Text, type TextKey } from '../text/text.ts';

export interface LedgerRow {
  readonly stage: TextKey;
  readonly unit: 'packets' | 'flows';
  readonly count: number;
  /** What did not get further than this stage; zeros are left out. */
  readonly losses: readonly { readonly reason: TextKey; readonly count: number }[];
}

const losses = (entries: Partial<Record<TextKey, number | null>>) =>
  Object.entries(entries).flatMap(([reason, count]) => (count ? [{ reason: reason as TextKey, count }] : []));

export function ledgerRows({ ledger, viewer }: LiveTotals, page: PageLedgerView): LedgerRow[] {
  const { sensor, server } = ledger;
  const rows: LedgerRow[] = [];
  const { droppedByKernel, leftAtStop, lostInCaptureCrash } = sensor;
  if (sensor.received !== null)
    rows.push({
      stage: 'received',
      unit: 'packets',
      count: sensor.received,
      losses: losses({ droppedByKernel, leftAtStop, lostInCaptureCrash }),
    });
  const { filteredOut, packetsInOpenFlows: inOpenFlows, lostInCrash } = sensor;
  const [notIp, undecodable] = [sumCounts(sensor.notIp), sumCounts(sensor.undecodable)];
  const { packetsSpooled: spooled, packetsSpoolDropped: spoolDropped } = sensor;
  const { expired, waiting: waitingToFly, badFrames } = page;
  rows.push(
    { stage: 'captured', unit: 'packets', count: sensor.captured, losses: losses({ filteredOut, notIp, undecodable }) },
    { stage: 'decoded', unit: 'packets', count: sensor.decoded, losses: losses({ inOpenFlows, lostInCrash }) },
    {
      stage: 'inFlows',
      unit: 'packets',
      count: sensor.packetsInClosedFlows,
      losses: losses({ spooled, spoolDropped }),
    },
    {
      stage: 'stored',
      unit: 'packets',
      count: server.packetsStored,
      losses: losses({ refused: sumCounts(server.packetsRefused) }),
    },
    {
      stage: 'offered',
      unit: 'flows',
      // What has come since the server told its totals was offered, too.
      count: viewer.offered + page.received - page.receivedAtTotals,
      losses: losses({ sampledOut: viewer.sampledOut, filteredOut: viewer.filteredOut }),
    },
    { stage: 'drawn', unit: 'flows', count: page.drawn, losses: losses({ expired, waitingToFly, badFrames }) },
  );
  return rows;
}

export interface LedgerVerdict {
  readonly holds: boolean;
  readonly inFlight: number;
  /** The sums that do not hold. */
  readonly broken: readonly string[];
}

/** Every sum of sensor, server, viewer and page together. */
export function ledgerVerdict({ ledger, viewer }: LiveTotals, page: PageLedgerView): LedgerVerdict {
  const broken = ledger.checks.filter(({ holds }) => !holds).map(({ sum }) => sum);
  if (viewer.offered !== viewer.sent + viewer.sampledOut + viewer.filteredOut)
    broken.push('offered = sent + sampledOut + filteredOut');
  // The totals travel behind the streaks they count, so nothing can have come that was not sent.
  if (page.receivedAtTotals > viewer.sent || page.badFrames > 0) broken.push('sent = drawn + expired');
  const inFlight = ledger.checks.reduce((sum, check) => sum + Math.max(0, check.inFlight), 0);
  return { holds: broken.length === 0, inFlight, broken };
}

/** A server that is newer than the page may say what it has no words for. */
export function problemsOf({ storeProblems }: LiveTotals, text: Text): string[] {
  const words = (code: string) =>
    Object.hasOwn(text, code) ? text[code as TextKey] : fill(text.storeProblem, { code });
  return storeProblems.slice(0, 4).map((code) => `⚠ ${words(code)}`);
}
