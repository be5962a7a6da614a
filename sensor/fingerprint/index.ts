/** The rules of single packets. */
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { PacketPass } from './packet-pass.ts';

const pass = new PacketPass();

/** Sets their bits in the IPv4 packets of a batch of records, of which `bytes` is the view. */
export function matchFingerprints(ipv4: PacketBatch, bytes: DataView): void {
  pass.match(ipv4, bytes);
}
