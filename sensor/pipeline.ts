/** The sensor's part of the path, in one place: capture → decode → rules and classes → filter → flows → frames. */
import { randomInt } from 'node:crypto';
import { emptySensorLedger, largestCounts, type SensorLedger } from '../shared/counters.ts';
import type { FlowBatch } from '../shared/flow-batch.ts';
import { createPacketBatch, type RecordBatch } from '../shared/packet-batch.ts';
import { MAX_CAPTURE_SECONDS } from '../shared/time.ts';
import { type EvidenceBatch, evidenceToFrame } from '../shared/wire/evidence.ts';
import { flowsToFrame, MAX_FRAME_ROWS, sumPackets } from '../shared/wire/flow-frames.ts';
import type { SensorHealth, SkippedGap } from '../shared/wire/messages.ts';
import { packetsToFrame, type RawPackets } from '../shared/wire/packets.ts';
import { type PayloadBatch, payloadsToFrame } from '../shared/wire/payloads.ts';
import type { CaptureSource } from './capture/capture-source.ts';
import { type Clocks, ClockWatch } from './clock-watch.ts';
import { Decoder } from './decode/decoder.ts';
import type { PacketFilter } from './filter/index.ts';
import { applyRules } from './fingerprint/apply-rules.ts';
import { SourceMemory } from './fingerprint/source-memory.ts';
import { FlowTable } from './flow/flow-table.ts';
import { sentCounts } from './output/backlog.ts';
import { sha256Begin } from './output/digest.ts';
import type { Uplink } from './output/uplink.ts';
import { PacketCopies } from './packets/packet-copies.ts';
import { PayloadWatch } from './payload/payload-watch.ts';

/** Live, flows leave at latest after this time. */
const EMPTY_EVERY_MILLISECONDS = 100;
const HEALTH_EVERY_MILLISECONDS = 500;
/** Evidence about sources, and payloads. */
const FINDINGS_EVERY_MILLISECONDS = 10_000;
/** There are 65,536 EtherTypes, and a server takes 2,000 names. */
const MAX_NOT_IP_NAMES = 500;

export interface PipelineOptions {
  /** Verify checksums; what does not fit is a fault. */
  readonly checksums?: boolean;
  /** Packets that do not match go no further; they are counted as filtered out. */
  readonly filter?: PacketFilter | null;
  /** The host's, unless others are handed in. */
  readonly clocks?: Clocks;
  /** First bytes of each distinct payload that go to the server; 0 for none. */
  readonly payloadBytes?: number;
  /** How many packets are sent as they were captured; null for none. */
  readonly packets?: { readonly maxBytes: number; readonly bytesPerSecond: number } | null;
}

export class SensorPipeline {
  readonly #source: CaptureSource;
  readonly #uplink: Uplink;
  readonly #decoder: Decoder;
  readonly #filter: PacketFilter | null;
  readonly #memory: SourceMemory;
  readonly #payloads: PayloadWatch;
  /** Null where none are sent. */
  readonly #copies: PacketCopies | null;
  readonly #ipv4 = createPacketBatch(4);
  readonly #ipv6 = createPacketBatch(6);
  readonly #flows4: FlowTable;
  readonly #flows6: FlowTable;
  #captureSeconds: number | null = null;
  #emptying = false;
  readonly #clock: ClockWatch;
  #clockSteps = 0;

  constructor(source: CaptureSource, uplink: Uplink, seed: number, options: PipelineOptions = {}) {
    this.#source = source;
    this.#decoder = new Decoder({ checksums: options.checksums ?? false });
    this.#filter = options.filter ?? null;
    this.#clock = new ClockWatch(options.clocks);
    this.#uplink = uplink;
    this.#memory = new SourceMemory({ seed, onEvidence: (rows) => this.#sendEvidence(rows) });
    this.#payloads = new PayloadWatch({
      keepBytes: options.payloadBytes ?? 0,
      seed: [randomInt(2 ** 32), randomInt(2 ** 32)],
      digest: sha256Begin,
      canWait: source.kind === 'file',
      onRows: (rows) => this.#sendPayloads(rows),
    });
    this.#copies = this.#createCopies(options.packets ?? null);
    uplink.reportWith(() => this.health(false));
    // When one family's table is emptied, the other's is, too: neither comes long after the other.
    const onRows = (rows: FlowBatch) => {
      this.#sendRows(rows);
      this.#emptyOther(rows.family);
    };
    this.#flows4 = new FlowTable({ family: 4, seed, onRows });
    this.#flows6 = new FlowTable({ family: 6, capacity: 16_384, seed, onRows });
  }

  /** A source that waits needs no limit by the clock. */
  #createCopies(limits: PipelineOptions['packets']): PacketCopies | null {
    if (!limits) return null;
    const { maxBytes, bytesPerSecond } = limits;
    const onRows = (rows: RawPackets) =>
      this.#uplink.sendFindings(packetsToFrame(rows, this.#uplink.epoch, this.#uplink.nextSequence));
    const isFile = this.#source.kind === 'file';
    return isFile
      ? new PacketCopies({ maxBytes, bytesPerSecond: null, onRows })
      : new PacketCopies({ maxBytes: Number.POSITIVE_INFINITY, bytesPerSecond, onRows });
  }

  /** Runs until the source ends or is stopped, with every flow handed to the uplink. Throws CaptureError, UplinkError. */
  async run(): Promise<void> {
    const inOwnTime = this.#source.clock.mode !== 'max';
    const timers = [setInterval(() => this.#report(), HEALTH_EVERY_MILLISECONDS)];
    if (inOwnTime) timers.push(setInterval(() => this.#emptyTables(), EMPTY_EVERY_MILLISECONDS));
    if (inOwnTime) timers.push(setInterval(() => this.#sendFindings(), FINDINGS_EVERY_MILLISECONDS));
    try {
      for await (const records of this.#source.batches()) {
        this.#take(records);
        if (this.#source.kind === 'file') await this.#uplink.room();
        else this.#uplink.makeRoom();
      }
    } finally {
      for (const timer of timers) clearInterval(timer);
      this.#emptyTables();
      this.#sendFindings();
    }
  }

  #sendFindings(): void {
    this.#memory.flush();
    this.#payloads.flush();
    this.#copies?.flush();
  }

  #report(): void {
    // Whoever sees a streak may ask for its packets a moment later.
    this.#copies?.flush();
    if (this.#source.kind === 'live' && this.#clock.look() !== 0) this.#clockWasSet();
    this.#uplink.sendHealth(this.health(false));
  }

  /** What was captured before is of one piece, and goes under its own epoch. */
  #clockWasSet(): void {
    this.#clockSteps++;
    this.#emptyTables();
    this.#sendFindings();
    this.#uplink.renewEpoch();
  }

  #take(records: RecordBatch): void {
    this.#ipv4.length = 0;
    this.#ipv6.length = 0;
    this.#decoder.decode(records, this.#ipv4, this.#ipv6);
    applyRules(records, this.#decoder, { ipv4: this.#ipv4, ipv6: this.#ipv6 }, this.#filter, this.#memory);
    this.#payloads.add(records, this.#ipv4, this.#ipv6);
    this.#copies?.add(records, this.#filter === null ? null : [this.#ipv4, this.#ipv6]);
    this.#flows4.add(this.#ipv4);
    this.#flows6.add(this.#ipv6);
    const last = records.length - 1;
    if (last < 0) return;
    const seconds = records.seconds[last]! + records.nanoseconds[last]! / 1e9;
    // A record without a time does not tell how far the capture is.
    if (!Number.isNaN(seconds)) this.#captureSeconds = storableSeconds(seconds);
  }

  #emptyOther(family: 4 | 6): void {
    if (this.#emptying) return;
    this.#emptying = true;
    (family === 4 ? this.#flows6 : this.#flows4).empty();
    this.#emptying = false;
  }

  #emptyTables(): void {
    this.#flows4.empty();
    this.#flows6.empty();
  }

  #sendRows(rows: FlowBatch): void {
    for (let from = 0; from < rows.length; from += MAX_FRAME_ROWS) {
      const to = Math.min(rows.length, from + MAX_FRAME_ROWS);
      this.#uplink.send(
        flowsToFrame(rows, from, to, this.#uplink.epoch, this.#uplink.nextSequence),
        sumPackets(rows, from, to),
      );
    }
  }

  #sendEvidence(rows: EvidenceBatch): void {
    this.#uplink.sendFindings(evidenceToFrame(rows, this.#uplink.epoch, this.#uplink.nextSequence));
  }

  #sendPayloads(rows: PayloadBatch): void {
    this.#uplink.sendFindings(payloadsToFrame(rows, this.#uplink.epoch, this.#uplink.nextSequence));
  }

  health(finished: boolean): SensorHealth {
    return {
      ledger: this.ledger(finished),
      link: this.#source.link,
      clock: this.#source.clock,
      captureSeconds: this.#captureSeconds,
      skippedGaps: this.#source.gaps?.count ?? 0,
      lastSkippedGap: storableGap(this.#source.gaps?.last ?? null),
      damage: this.#source.damage.slice(0, 20),
      finished,
      run: this.#uplink.run,
      recovered: { flows: this.#uplink.totals.flowsRecovered, packets: this.#uplink.totals.packetsRecovered },
      spool: this.#uplink.spoolReport(),
      lagSeconds: this.#uplink.lagSeconds,
      clockSteps: this.#clockSteps,
      evidence: {
        sourcesHeld: this.#memory.sourcesHeld,
        sourcesGivenUp: this.#memory.sourcesGivenUp,
        rowsSent: this.#memory.rowsSent,
      },
      payloads: this.#payloads.report(),
      ...(this.#copies === null ? {} : { rawPackets: this.#copies.report() }),
    };
  }

  ledger(finished: boolean): SensorLedger {
    const { totals } = this.#uplink;
    const decoder = this.#decoder;
    const ledger: SensorLedger = {
      ...emptySensorLedger(),
      ...this.#receivedCounts(finished),
      captured: decoder.captured,
      filteredOut: decoder.filteredOut,
      notIp: largestCounts(decoder.notIp(), MAX_NOT_IP_NAMES),
      undecodable: decoder.undecodable(),
      decoded: decoder.decoded,
      faults: decoder.faults(),
      packetsInOpenFlows: this.#flows4.packetsHeld + this.#flows6.packetsHeld,
      packetsInClosedFlows: this.#flows4.packetsEmitted + this.#flows6.packetsEmitted,
      flowsClosed: this.#flows4.flowsEmitted + this.#flows6.flowsEmitted,
      flowsClosedEarly: this.#flows4.flowsEmittedEarly + this.#flows6.flowsEmittedEarly,
      ...sentCounts(totals),
    };
    return ledger;
  }

  /** The source's own counters are as old as its last word until it has ended: what was captured since counts as received. */
  #receivedCounts(finished: boolean): Partial<SensorLedger> {
    const { received, droppedByKernel, droppedByInterface, ...interfaces } = this.#source.stats();
    const beside = {
      droppedByKernel,
      droppedByInterface,
      rxPackets: interfaces.rxPackets ?? null,
      lostInCaptureCrash: interfaces.lostInCrash ?? null,
      captureCrashes: interfaces.crashes ?? 0,
    };
    if (received === null) return { ...beside, received, leftAtStop: null };
    const explained = this.#decoder.captured + (droppedByKernel ?? 0);
    if (!finished) return { ...beside, received: explained, leftAtStop: 0 };
    return { ...beside, received, leftAtStop: received - explained };
  }
}

/** Files may claim any time: what is told lies where it can be stored, as the packets do. */
function storableSeconds(seconds: number): number {
  return Math.max(0, Math.min(MAX_CAPTURE_SECONDS, seconds));
}

function storableGap(gap: SkippedGap | null): SkippedGap | null {
  return gap && { fromSeconds: storableSeconds(gap.fromSeconds), toSeconds: storableSeconds(gap.toSeconds) };
}
