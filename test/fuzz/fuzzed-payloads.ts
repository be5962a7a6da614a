/** Payloads of hostile packets, as far as the list of sites: read as a server reads them, each packet counted once. */
import { sha256Begin } from '../../sensor/output/digest.ts';
import { PayloadWatch } from '../../sensor/payload/payload-watch.ts';
import { sitesOf } from '../../server/detect/sites/index.ts';
import type { PacketBatch, RecordBatch } from '../../shared/packet-batch.ts';
import { sumPackets } from '../../shared/wire/flow-frames.ts';
import { decodeFrame, encodeFrame } from '../../shared/wire/frame.ts';
import { frameToPayloads, type PayloadBatch, payloadsToFrame } from '../../shared/wire/payloads.ts';

export class FuzzedPayloads {
  #packetsRead = 0;
  /** So small that it is full all the time. */
  readonly #watch = new PayloadWatch({
    keepBytes: 64,
    seed: [1, 2],
    digest: sha256Begin,
    capacity: 16,
    canWait: true,
    onRows: (rows) => this.#read(frameToPayloads(decodeFrame(encodeFrame(payloadsToFrame(rows, 1, 1))))),
  });

  /** Throws what is wrong. */
  add(records: RecordBatch, ipv4: PacketBatch, ipv6: PacketBatch): void {
    this.#watch.add(records, ipv4, ipv6);
    this.#watch.flush();
    const { packets, packetsNotKept } = this.#watch.report();
    if (packetsNotKept !== 0 || packets !== this.#packetsRead)
      throw new Error(`${packets} packets with payloads, ${this.#packetsRead} in rows, ${packetsNotKept} not kept`);
  }

  #read(rows: PayloadBatch): void {
    this.#packetsRead += sumPackets(rows, 0, rows.length);
    let at = 0;
    for (const [row, kept] of rows.keptBytes.entries()) {
      sitesOf(rows.bytes.subarray(at, at + kept), rows.wireBytes[row]! > kept);
      at += kept;
    }
  }
}
