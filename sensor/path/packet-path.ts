/** From records to flows, wherever they are read: decode → rules and classes → filter → payloads → flows. */

import { largestCounts, type SensorLedger } from '../../shared/counters.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { createPacketBatch, type PacketBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import type { EvidenceBatch } from '../../shared/wire/evidence.ts';
import type { SensorHealth } from '../../shared/wire/messages.ts';
import { Decoder } from '../decode/decoder.ts';
import type { PacketFilter } from '../filter/index.ts';
import { applyRules } from '../fingerprint/apply-rules.ts';
import { SourceMemory } from '../fingerprint/source-memory.ts';
import { FlowTable } from '../flow/flow-table.ts';
import { PayloadWatch, type PayloadWatchOptions } from '../payload/payload-watch.ts';

/** There are 65,536 EtherTypes, and a server takes 2,000 names. */
const MAX_NOT_IP_NAMES = 500;

export interface PacketPathOptions {
  readonly checksums: boolean;
  readonly filter: PacketFilter | null;
  /** Makes hashes unpredictable from outside; what comes out does not depend on it. */
  readonly seed: number;
  /** At the border of an interval a table is emptied when it holds so many packets, however few its rows; never, unless it is said. */
  readonly emptyAtPackets?: number;
  readonly payloads: PayloadWatchOptions;
  /** Each batch, with what the filter left of it; null where there is none. */
  readonly onDecoded?: (records: RecordBatch, selected: readonly [PacketBatch, PacketBatch] | null) => void;
  /** Rows that leave are void afterwards. */
  readonly onFlows: (rows: FlowBatch) => void;
  readonly onEvidence: (rows: EvidenceBatch) => void;
}

/** Counters of a ledger that are counted here. */
export type PathCounts = Pick<
  SensorLedger,
  | 'captured'
  | 'filteredOut'
  | 'notIp'
  | 'undecodable'
  | 'decoded'
  | 'faults'
  | 'packetsInOpenFlows'
  | 'packetsInClosedFlows'
  | 'flowsClosed'
  | 'flowsClosedEarly'
>;

export class PacketPath {
  readonly #decoder: Decoder;
  readonly #filter: PacketFilter | null;
  readonly #memory: SourceMemory;
  readonly #payloads: PayloadWatch;
  readonly #ipv4 = createPacketBatch(4);
  readonly #ipv6 = createPacketBatch(6);
  readonly #flows4: FlowTable;
  readonly #flows6: FlowTable;
  readonly #onDecoded: PacketPathOptions['onDecoded'];
  #emptying = false;

  constructor(options: PacketPathOptions) {
    const { checksums, filter, seed, emptyAtPackets, payloads, onFlows, onEvidence } = options;
    this.#onDecoded = options.onDecoded;
    this.#decoder = new Decoder({ checksums });
    this.#filter = filter;
    this.#memory = new SourceMemory({ seed, onEvidence });
    this.#payloads = new PayloadWatch(payloads);
    // When one family's table is emptied, the other's is, too: neither comes long after the other.
    const onRows = (rows: FlowBatch) => {
      onFlows(rows);
      this.#emptyOther(rows.family);
    };
    const table = { seed, onRows, ...(emptyAtPackets === undefined ? {} : { emptyAtPackets }) };
    this.#flows4 = new FlowTable({ family: 4, ...table });
    this.#flows6 = new FlowTable({ family: 6, capacity: 16_384, ...table });
  }

  take(records: RecordBatch): void {
    this.#ipv4.length = 0;
    this.#ipv6.length = 0;
    this.#decoder.decode(records, this.#ipv4, this.#ipv6);
    applyRules(records, this.#decoder, { ipv4: this.#ipv4, ipv6: this.#ipv6 }, this.#filter, this.#memory);
    this.#payloads.add(records, this.#ipv4, this.#ipv6);
    this.#onDecoded?.(records, this.#filter === null ? null : [this.#ipv4, this.#ipv6]);
    this.#flows4.add(this.#ipv4);
    this.#flows6.add(this.#ipv6);
  }

  #emptyOther(family: 4 | 6): void {
    if (this.#emptying) return;
    this.#emptying = true;
    (family === 4 ? this.#flows6 : this.#flows4).empty();
    this.#emptying = false;
  }

  emptyTables(): void {
    this.#flows4.empty();
    this.#flows6.empty();
  }

  /** Hands out evidence about sources, and payloads. */
  flushFindings(): void {
    this.#memory.flush();
    this.#payloads.flush();
  }

  /** Packets that reached the decoder. */
  get captured(): number {
    return this.#decoder.captured;
  }

  /** Begin of the oldest interval of which flows are still in the tables; infinite without any. */
  get oldestOpenSeconds(): number {
    return Math.min(this.#flows4.oldestInterval, this.#flows6.oldestInterval);
  }

  counts(): PathCounts {
    const decoder = this.#decoder;
    const [four, six] = [this.#flows4, this.#flows6];
    return {
      captured: decoder.captured,
      filteredOut: decoder.filteredOut,
      notIp: largestCounts(decoder.notIp(), MAX_NOT_IP_NAMES),
      undecodable: decoder.undecodable(),
      decoded: decoder.decoded,
      faults: decoder.faults(),
      packetsInOpenFlows: four.packetsHeld + six.packetsHeld,
      packetsInClosedFlows: four.packetsEmitted + six.packetsEmitted,
      flowsClosed: four.flowsEmitted + six.flowsEmitted,
      flowsClosedEarly: four.flowsEmittedEarly + six.flowsEmittedEarly,
    };
  }

  findings(): Pick<SensorHealth, 'evidence' | 'payloads'> {
    return {
      evidence: {
        sourcesHeld: this.#memory.sourcesHeld,
        sourcesGivenUp: this.#memory.sourcesGivenUp,
        rowsSent: this.#memory.rowsSent,
      },
      payloads: this.#payloads.report(),
    };
  }
}
