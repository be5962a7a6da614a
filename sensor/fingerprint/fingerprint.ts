import type { PacketBatch } from '../../shared/packet-batch.ts';
import type { TagName } from '../../shared/tags.ts';
import type { SynRows } from './syn.ts';

/** A rule that packets match by their headers. One file a rule, one line in `index.ts`, and what is known about it in shared/fingerprints.ts. */
export interface Fingerprint {
  readonly name: TagName;
  /**
   * Sets this rule's bit for every row of the IPv4 batch that matches: one call for a batch, not one for a packet. `bytes`
   * are those of the records: a row's header begins at its `headerOffset`. `syns` are the rows of first SYNs, which most
   * rules are about.
   */
  match(batch: PacketBatch, bytes: DataView, syns: SynRows): void;
}
