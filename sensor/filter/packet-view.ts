/** The packet that a filter looks at: its bytes, where its headers lie, and its decoded row. One object serves all packets. */
import { createPacketBatch, type PacketBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import { type LinkShape, locateLink, shapeOf } from './link-shapes.ts';

const NO_PACKETS = [createPacketBatch(4, 1), createPacketBatch(6, 1)] as const;

export class PacketView {
  bytes: DataView = new DataView(new ArrayBuffer(0));
  /** First byte of the record, and the end of what was captured of it. */
  start = 0;
  end = 0;
  wireLength = 0;
  /** Family and row of the decoded packet; family 0 for none. */
  family = 0;
  row = 0;
  ipv4: PacketBatch = NO_PACKETS[0];
  ipv6: PacketBatch = NO_PACKETS[1];
  /** How the link layer is read. */
  shape: LinkShape = 0;
  /** Link-layer header, behind what the capturing machine put before it. */
  header = 0;
  /** The field that tells what follows, its VLAN tags skipped. */
  typeAt = 0;
  /** What follows the link-layer header, its VLAN tags skipped: an LLC header where there is one. */
  payload = 0;
  /** The network layer's header. */
  network = 0;
  /** How much of the way from the record's start to `payload` varies from packet to packet. */
  variable = 0;
  /** VLAN tags, and the first one's two bytes. */
  tags = 0;
  tagAt = 0;
  /** Filled by walks over IPv6 extension headers: the transport header, -1 where there is none. */
  transport = 0;
  #linkType = -1;

  /** Turns to a record of the batch. */
  turnTo(records: RecordBatch, record: number): void {
    this.start = records.offset[record]!;
    this.end = this.start + records.capturedLength[record]!;
    this.wireLength = records.wireLength[record]!;
    const linkType = records.linkType[record]!;
    if (linkType !== this.#linkType) {
      this.#linkType = linkType;
      this.shape = shapeOf(linkType);
    }
    locateLink(this);
  }

  /** One, two or four bytes as a number; -1 where they were not captured. */
  byte(at: number): number {
    return at < this.end ? this.bytes.getUint8(at) : -1;
  }

  half(at: number): number {
    return at + 2 <= this.end ? this.bytes.getUint16(at) : -1;
  }

  word(at: number): number {
    return at + 4 <= this.end ? this.bytes.getUint32(at) : -1;
  }
}
