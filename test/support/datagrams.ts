/** UDP datagrams over IPv4 as records of a capture. */
import { createRecordBatch, type RecordBatch } from '../../shared/packet-batch.ts';

const RAW_IP = 101;

export interface MadeDatagram {
  /** Added to 10.0.0.0. */
  readonly source?: number;
  readonly port?: number;
  /** Latin-1. */
  readonly payload: string;
}

/** One second apart. */
export function datagrams(made: readonly MadeDatagram[]): RecordBatch {
  const records = createRecordBatch(made.length);
  const packets = made.map(datagram);
  records.bytes = Uint8Array.from(Buffer.concat(packets));
  records.view = new DataView(records.bytes.buffer);
  let at = 0;
  for (const [row, { length }] of packets.entries()) {
    records.offset[row] = at;
    records.capturedLength[row] = records.wireLength[row] = length;
    records.seconds[row] = 1_700_000_000 + row;
    records.linkType[row] = RAW_IP;
    at += length;
  }
  records.length = made.length;
  return records;
}

function datagram({ source = 1, port = 53, payload }: MadeDatagram): Buffer {
  const header = Buffer.alloc(28);
  header.writeUInt16BE(0x4500, 0);
  header.writeUInt16BE(28 + payload.length, 2);
  header.writeUInt16BE((64 << 8) | 17, 8);
  header.writeUInt32BE(0x0a000000 + source, 12);
  header.writeUInt32BE(0xc6336407, 16);
  header.writeUInt16BE(40_000, 20);
  header.writeUInt16BE(port, 22);
  header.writeUInt16BE(8 + payload.length, 24);
  return Buffer.concat([header, Buffer.from(payload, 'latin1')]);
}
