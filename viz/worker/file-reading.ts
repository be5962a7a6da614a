/** Reads a dropped file once, from its first byte to its last, into flows: by the path that a sensor's packets take. */
import type { Capture } from '../../sensor/capture/bytes/capture.ts';
import type { PacketFilter } from '../../sensor/filter/index.ts';
import { PacketPath } from '../../sensor/path/packet-path.ts';
import type { MemoryEvidence } from '../../server/store/flow-memory/memory-evidence.ts';
import type { MemoryFlows } from '../../server/store/flow-memory/memory-flows.ts';
import type { MemoryPayloads } from '../../server/store/payload-memory/memory-payloads.ts';
import { payloadRows } from '../../server/store/payload-memory/payload-rows.ts';
import { emptySensorLedger, type SensorLedger, sumCounts } from '../../shared/counters.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import type { RecordBatch } from '../../shared/packet-batch.ts';
import { MAX_CAPTURE_SECONDS } from '../../shared/time.ts';
import type { AddressTables } from './address-tables.ts';
import type { BlobBytes } from './blob-bytes.ts';
import { CapturePlaces } from './capture-places.ts';
import { DROPPED_SENSOR, DROPPED_SESSION } from './dropped-messages.ts';
import { captureOf } from './open-capture.ts';
import { sha256Begin } from './payload-digest.ts';

/** So many packets make flows that can be asked for, however few flows they are. */
const EMPTY_AT_PACKETS = 262_144;
const MICROS = 1_000_000;
/** Of each payload, as a sensor keeps them by itself. */
const KEPT_PAYLOAD_BYTES = 128;

export interface FileReadingParts {
  readonly file: Blob;
  readonly filter: PacketFilter | null;
  readonly flows: MemoryFlows;
  readonly tables: AddressTables;
  readonly evidence: MemoryEvidence;
  readonly payloads: MemoryPayloads;
  readonly seed: number;
  readonly pause: () => Promise<void>;
  /** Called often, and at the end. */
  readonly onStep: () => void;
}

export class FileReading {
  isDone = false;
  damage: string | null = null;
  /** Flows that came for a time up to which all were said to be there. */
  flowsBehind = 0;
  readonly #parts: FileReadingParts;
  readonly #capture: Capture;
  readonly #raw: BlobBytes;
  readonly #path: PacketPath;
  readonly #places = new CapturePlaces();
  #newestSeconds = Number.NEGATIVE_INFINITY;
  #readySeconds = Number.NEGATIVE_INFINITY;

  constructor(parts: FileReadingParts) {
    this.#parts = parts;
    ({ capture: this.#capture, raw: this.#raw } = captureOf(parts.file));
    this.#path = new PacketPath({
      checksums: false,
      filter: parts.filter,
      seed: parts.seed,
      emptyAtPackets: EMPTY_AT_PACKETS,
      payloads: {
        keepBytes: KEPT_PAYLOAD_BYTES,
        seed: [parts.seed, ~parts.seed],
        digest: sha256Begin,
        canWait: true,
        onRows: (rows) => parts.payloads.add(payloadRows(rows, DROPPED_SESSION, DROPPED_SENSOR)),
      },
      onFlows: (rows) => this.#hold(rows),
      onEvidence: (rows) => parts.evidence.add(rows),
    });
  }

  /** Never rejects for a bad capture: `damage` says what was wrong with it. */
  async read(): Promise<void> {
    try {
      await this.#capture.open();
      for (let records = await this.#capture.next(); records !== null; records = await this.#capture.next()) {
        this.#take(records);
        this.#parts.onStep();
        await this.#parts.pause();
      }
    } catch (error) {
      this.damage = (error as Error).message;
    } finally {
      await this.#capture.close();
    }
    this.damage ??= this.#capture.damage;
    this.#path.emptyTables();
    this.#path.flushFindings();
    this.#places.end(this.#capture.position);
    this.isDone = true;
    this.#parts.onStep();
  }

  #take(records: RecordBatch): void {
    // The filter takes records out of the batch.
    this.#places.add(records, this.#capture.position);
    const last = records.length - 1;
    const seconds = last < 0 ? Number.NaN : records.seconds[last]!;
    this.#path.take(records);
    if (seconds > this.#newestSeconds) this.#newestSeconds = Math.min(MAX_CAPTURE_SECONDS, seconds);
    const ready = Math.min(this.#path.oldestOpenSeconds, this.#newestSeconds);
    if (ready > this.#readySeconds) this.#readySeconds = ready;
  }

  #hold(rows: FlowBatch): void {
    const readyMicros = this.#readySeconds * MICROS;
    for (let row = 0; row < rows.length; row++)
      if (rows.interval[row]! * MICROS + rows.firstMicros[row]! < readyMicros) this.flowsBehind++;
    this.#parts.tables.fill(rows);
    this.#parts.flows.append(rows);
  }

  /** Capture time up to which all flows are there; null before there is any. */
  get readySeconds(): number | null {
    const { lastMicros } = this.#parts.flows;
    if (this.isDone) return lastMicros === null ? null : Math.floor(lastMicros / MICROS) + 1;
    return Number.isFinite(this.#readySeconds) ? this.#readySeconds : null;
  }

  get bytesRead(): number {
    return this.#raw.bytesRead;
  }

  get packets(): number {
    return this.#path.captured;
  }

  get capture(): Pick<Capture, 'format' | 'compression'> {
    return this.#capture;
  }

  /** Null where parts of the file cannot be read by themselves. */
  get places(): CapturePlaces | null {
    const { format, compression } = this.#capture;
    return this.isDone && format === 'pcap' && compression === null ? this.#places : null;
  }

  /** Everything that closed was handed over: there is nobody between this and the flows. */
  ledger(): SensorLedger {
    const counts = this.#path.counts();
    const { packetsInClosedFlows: packets, flowsClosed: flows } = counts;
    return {
      ...emptySensorLedger(),
      ...counts,
      packetsSent: packets,
      flowsSent: flows,
      packetsAcknowledged: packets,
      flowsAcknowledged: flows,
    };
  }

  /** Sources that rules know, and gave up for others; payloads that were handed over. */
  get findings() {
    return this.#path.findings();
  }

  get balances(): boolean {
    const { captured, filteredOut, notIp, undecodable, decoded } = this.#path.counts();
    const { flows } = this.#parts;
    const sum = filteredOut + sumCounts(notIp) + sumCounts(undecodable) + decoded;
    return captured === sum && decoded === flows.packets + flows.notHeld.packets + this.#openPackets;
  }

  get #openPackets(): number {
    return this.#path.counts().packetsInOpenFlows;
  }
}
