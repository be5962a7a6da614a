import type { PacketBatch } from '../../shared/packet-batch.ts';
import type { TagName } from '../../shared/tags.ts';

/** A rule that packets match by their headers. One file a rule, one line in `index.ts`. */
export interface Fingerprint {
  readonly name: TagName;
  /** `tool`: names who made the packet. `hint`: says something about it, and proves nothing. */
  readonly kind: 'tool' | 'hint';
  /** Where the rule comes from. */
  readonly reference: string;
  /**
   * Sets this rule's bit for every row of the IPv4 batch that matches: one call for a batch, not one for a packet. `bytes`
   * are those of the records: a row's header begins at its `headerOffset`.
   */
  match(batch: PacketBatch, bytes: DataView): void;
}
