/** Totals that belong to the fake flows: counted from them, so that the ledger balances. */
import { checkLedger, emptySensorLedger, emptyServerLedger, type ViewerLedger } from '../../shared/counters.ts';
import type { LiveTotals, SensorView } from '../../shared/wire/messages.ts';
import type { StreakBatch } from '../../shared/wire/streaks.ts';

export interface FakeSession {
  kind: LiveTotals['session']['kind'];
  name: string;
  clock: Pick<LiveTotals['clock'], 'mode' | 'speed'>;
}

export const fakeSensors: readonly SensorView[] = [
  {
    id: 1,
    name: 'tokyo-1',
    place: { name: 'Tokyo', latitude: 35.68, longitude: 139.69 },
    state: 'connected',
    link: 'up',
    silentSeconds: 0.4,
    droppedPackets: 0,
    damage: [],
  },
];

export class FakeTotals {
  readonly viewer: ViewerLedger = { offered: 0, sent: 0, sampledOut: 0, filteredOut: 0 };
  readonly #session: FakeSession;
  readonly #sensors: readonly SensorView[];
  readonly #begin: number;
  readonly #ports = new Map<string, number>();
  readonly #countries = new Map<string, number>();
  readonly #classes = new Array<number>(8).fill(0);
  readonly #sources = new Set<number>();
  #packets = 0;
  #flows = 0;
  #unknown = 0;
  #newest: number | null = null;

  constructor(session: FakeSession, sensors: readonly SensorView[], begin: number) {
    this.#session = session;
    this.#sensors = sensors;
    this.#begin = begin;
  }

  add(batch: StreakBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const packets = batch.packets[row]!;
      const code = batch.country[row]!;
      const letters = code === 0 ? '' : String.fromCharCode(code >> 8, code & 255);
      count(this.#countries, letters, packets);
      count(this.#ports, `${batch.protocol[row]} ${batch.targetPort[row]}`, packets);
      this.#classes[batch.class[row]!]! += packets;
      this.#sources.add(batch.source[row]! >>> 4);
      this.#packets += packets;
      this.#flows += 1;
      if (code === 0) this.#unknown += packets;
      this.#newest = batch.time[row]!;
    }
  }

  message(packetsPerSecond: number, flowsPerSecond: number): LiveTotals {
    const seconds = Math.max(1, (this.#newest ?? this.#begin) - this.#begin);
    return {
      session: { id: 1, kind: this.#session.kind, name: this.#session.name, beginSeconds: this.#begin },
      clock: {
        ...this.#session.clock,
        newestSeconds: this.#newest,
        rate: this.#session.clock.speed,
        finished: false,
        skippedGaps: this.#session.kind === 'file' ? 1 : 0,
        lastSkippedGap: this.#session.kind === 'file' ? { fromSeconds: 1000, toSeconds: 1753 } : null,
      },
      rates: { packetsPerSecond, flowsPerSecond, bytesPerSecond: packetsPerSecond * 54 },
      totals: {
        packets: this.#packets,
        flows: this.#flows,
        bytes: this.#packets * 54,
        sources: this.#sources.size,
        unknownPlacePackets: this.#unknown,
      },
      topPorts: ranked(this.#ports, 10).map(([key, packets]) => {
        const [protocol = 0, port = 0] = key.split(' ').map(Number);
        return { protocol, port, packets };
      }),
      topCountries: ranked(this.#countries, 30).map(([name, packets]) => ({ country: name, packets })),
      classPacketsPerSecond: this.#classes.map((packets) => packets / seconds),
      sensors: [...this.#sensors],
      ledger: this.#ledger(),
      viewer: { ...this.viewer },
      storageFull: false,
      seriesBehind: 0,
      storeProblems: [],
      credits: ['IP to country: NRO (CC BY 4.0)', 'networks: DB-IP (https://db-ip.com)'],
    };
  }

  #ledger(): LiveTotals['ledger'] {
    const [packets, flows] = [this.#packets, this.#flows];
    const notIp = Math.floor(packets / 900);
    const sensor = {
      ...emptySensorLedger(),
      received: packets + notIp,
      droppedByKernel: 0,
      leftAtStop: 0,
      captured: packets + notIp,
      notIp: notIp > 0 ? { '0x0806': notIp } : {},
      decoded: packets,
      packetsInClosedFlows: packets,
      flowsClosed: flows,
      flowsClosedEarly: 0,
      flowsSent: flows,
      packetsSent: packets,
      flowsAcknowledged: flows,
      packetsAcknowledged: packets,
    };
    const server = {
      ...emptyServerLedger(),
      flowsAccepted: flows,
      packetsAccepted: packets,
      flowsStored: flows,
      packetsStored: packets,
      packetsInSeries: packets,
    };
    return { sensor, server, checks: checkLedger(sensor, server) };
  }
}

function count(counts: Map<string, number>, key: string, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more);
}

function ranked(counts: ReadonlyMap<string, number>, most: number): [string, number][] {
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, most);
}
