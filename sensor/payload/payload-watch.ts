/** Distinct payloads of a running sensor, and what was sent of them: rows leave now and then, and at the end. */
import { createHash, randomInt } from 'node:crypto';
import type { PacketBatch, RecordBatch } from '../../shared/packet-batch.ts';
import type { PayloadReport } from '../../shared/wire/messages.ts';
import { MAX_PAYLOAD_ROWS, type PayloadBatch } from '../../shared/wire/payloads.ts';
import { type PayloadDigest, PayloadTable } from './payload-table.ts';

/** Bytes of payloads after which a frame takes no more rows: far below what a frame may have. */
const FRAME_BYTES = 1 << 20;

export interface PayloadWatchOptions {
  /** First bytes of each payload that are kept; 0 switches all of it off. */
  readonly keepBytes: number;
  readonly capacity?: number;
  /** The source waits while rows leave: a full table is emptied at once, and nothing is left out. */
  readonly canWait: boolean;
  /** At most MAX_PAYLOAD_ROWS each; valid during the call. */
  readonly onRows: (rows: PayloadBatch) => void;
}

export class PayloadWatch {
  #packetsSent = 0;
  #rowsSent = 0;
  readonly #table: PayloadTable;
  readonly #canWait: boolean;
  readonly #onRows: PayloadWatchOptions['onRows'];

  constructor({ keepBytes, capacity, canWait, onRows }: PayloadWatchOptions) {
    const seed = [randomInt(2 ** 32), randomInt(2 ** 32)] as const;
    this.#table = new PayloadTable({ keepBytes, seed, digest, ...(capacity === undefined ? {} : { capacity }) });
    this.#canWait = canWait;
    this.#onRows = onRows;
  }

  add(records: RecordBatch, ipv4: PacketBatch, ipv6: PacketBatch): void {
    const room = this.#canWait ? () => this.flush() : null;
    this.#table.add(records, ipv4, room);
    this.#table.add(records, ipv6, room);
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

function digest(bytes: Uint8Array): PayloadDigest {
  const hash = createHash('sha256').update(bytes).digest();
  return { high: hash.readUInt32BE(0), low: hash.readUInt32BE(4) };
}
