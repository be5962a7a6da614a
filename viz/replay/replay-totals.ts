/** What the panels show of a replay: the same totals as live ones, of the stretch that is shown and of all that was played. */
import type { ViewerLedger } from '../../shared/counters.ts';
import type { LiveTotals, SensorView } from '../../shared/wire/messages.ts';
import { STRETCH_BINS, type StretchHead } from '../../shared/wire/stretch.ts';
import type { Player } from './player.ts';
import { noLedger } from './session-facts.ts';

/** As many as live totals have. */
const TOP_PORTS = 12;
const TOP_COUNTRIES = 60;

export class ReplayTotals {
  readonly viewer: ViewerLedger = { offered: 0, sent: 0, sampledOut: 0, filteredOut: 0 };
  /** Of the whole session; empty until it is known. */
  ledger: LiveTotals['ledger'] = noLedger;
  sensors: readonly SensorView[] = [];
  credits: readonly string[] = [];
  #played = { packets: 0, flows: 0, bytes: 0, unknownPlacePackets: 0 };

  /** A stretch begins to be played: one that is played again counts again, as flows that are drawn again do. */
  add({ offered, sent, sampledOut, filteredOut, figures }: StretchHead): void {
    this.viewer.offered += offered;
    this.viewer.sent += sent;
    this.viewer.sampledOut += sampledOut;
    this.viewer.filteredOut += filteredOut;
    this.#played = {
      packets: this.#played.packets + figures.packets,
      flows: this.#played.flows + figures.flows,
      bytes: this.#played.bytes + figures.bytes,
      unknownPlacePackets: this.#played.unknownPlacePackets + figures.unknownPlacePackets,
    };
  }

  of(player: Player): LiveTotals {
    const { session, shown, filter } = player;
    const seconds = shown === null ? 1 : secondsOf(shown.head, player);
    const figures = shown?.head.figures;
    const perSecond = (sums: readonly number[] | undefined) => (sums ?? []).map((sum) => sum / seconds);
    return {
      session: { id: session.id, kind: session.kind, name: session.name, beginSeconds: session.firstSeconds },
      clock: {
        mode: 'paced',
        speed: player.rate,
        rate: player.rate,
        newestSeconds: player.atSeconds,
        finished: player.isFinished,
        skippedGaps: player.skippedGaps,
        lastSkippedGap: player.skipped,
      },
      rates: shown === null ? NO_RATES : ratesAt(shown.head, player),
      totals: { ...this.#played, sources: figures?.sources ?? 0 },
      topPorts: figures?.topPorts?.slice(0, TOP_PORTS) ?? [],
      topCountries: figures?.topCountries.slice(0, TOP_COUNTRIES) ?? [],
      classPacketsPerSecond: perSecond(figures?.classPackets),
      radiationPacketsPerSecond: perSecond(figures?.radiationPackets),
      sensors: [...this.sensors],
      ledger: this.ledger,
      viewer: { ...this.viewer },
      storageFull: false,
      seriesBehind: 0,
      storeProblems: (shown?.head.missingPackets ?? 0) > 0 ? ['STORE_FILE_MISSING'] : [],
      credits: [...this.credits],
      ...(filter === '' ? {} : { filter: { text: filter, sinceSeconds: session.firstSeconds } }),
    };
  }
}

const NO_RATES = { packetsPerSecond: 0, flowsPerSecond: 0, bytesPerSecond: 0 };

/** Of the part of the stretch that is shown. */
function ratesAt(head: StretchHead, player: Player): LiveTotals['rates'] {
  const { fromSeconds, toSeconds, figures } = head;
  const binSeconds = (toSeconds - fromSeconds) / STRETCH_BINS;
  const bin = Math.min(STRETCH_BINS - 1, Math.max(0, Math.floor((player.atSeconds - fromSeconds) / binSeconds)));
  return {
    packetsPerSecond: (figures.packetsByBin[bin] ?? 0) / binSeconds,
    flowsPerSecond: (figures.flowsByBin[bin] ?? 0) / binSeconds,
    bytesPerSecond: (figures.bytesByBin[bin] ?? 0) / binSeconds,
  };
}

/** Of a stretch, so much lies within the session. */
function secondsOf({ fromSeconds, toSeconds }: StretchHead, { session }: Player): number {
  const from = Math.max(fromSeconds, Math.floor(session.firstSeconds));
  const to = Math.min(toSeconds, Math.floor(session.lastSeconds) + 1);
  return Math.max(1, to - from);
}
