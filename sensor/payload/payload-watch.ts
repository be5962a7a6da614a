/** Distinct payloads of a running sensor, and what was sent of them: rows leave now and then, and at the end. */
import type { PacketBatch, RecordBatch } from '../../shared/packet-batch.ts';
import type { PayloadReport } from '../../shared/wire/messages.ts';
import { MAX_PAYLOAD_ROWS, type PayloadBatch } from '../../shared/wire/payloads.ts';
import { PayloadTable, type PayloadTableOptions } from './payload-table.ts';

/** Bytes of payloads after which a frame takes no more rows: far below what a frame may have. */
const FRAME_BYTES = 1 << 20;

export interface PayloadWatchOptions extends PayloadTableOptions {
  /** The source waits while rows leave: a full table is emptied at once, and nothing is left out. */
  readonly canWait: boolean;
  /** At most MAX_PAYLOAD_ROWS each; valid during the call. */
  readonly onRows: (rows: PayloadBatch) => void;
}

export class PayloadWatch {
  #packetsSent = 0;
  #rowsSent = 0;
  readonly #table: PayloadTable;
  /** Null for a source that cannot wait. */
  readonly #makeRoom: (() => void) | null;
  readonly #onRows: PayloadWatchOptions['onRows'];

  constructor({ canWait, onRows, ...table }: PayloadWatchOptions) {
    this.#table = new PayloadTable(table);
    this.#makeRoom = canWait ? () => this.flush() : null;
    this.#onRows = onRows;
  }

  add(records: RecordBatch, ipv4: PacketBatch, ipv6: PacketBatch): void {
    this.#table.add(records, ipv4, this.#makeRoom);
    this.#table.add(records, ipv6, this.#makeRoom);
  }

  flush(): void {
    const table = this.#table;
    for (let from = 0; from < table.length; ) {
      const to = this.#endOfFrame(from);
      this.#onRows(table.rows(from, to));
      from = to;
    }
    this.#rowsSent += table.length;
    this.#packetsSent += table.packetsHeld;
    table.clear();
  }

  #endOfFrame(from: number): number {
    const { length, keptBytes } = this.#table;
    let to = from;
    for (let bytes = 0; to < length && to < from + MAX_PAYLOAD_ROWS && bytes < FRAME_BYTES; to++)
      bytes += keptBytes[to]!;
    return to;
  }

  /** packets = packetsSent + packetsHeld + packetsNotKept. */
  report(): PayloadReport {
    const { packetsSeen, packetsNotKept, packetsHeld } = this.#table;
    return {
      packets: packetsSeen,
      packetsSent: this.#packetsSent,
      packetsHeld,
      packetsNotKept,
      rowsSent: this.#rowsSent,
    };
  }
}
