import type { PacketBatch } from '../../shared/packet-batch.ts';
import type { RadiationName } from '../../shared/radiation.ts';
import type { OpenRows } from './open-rows.ts';

/** Rows by what they carry: a rule looks at those of its own kind only. Later fragments have no header, and are `others`. */
export type Carried = 'tcp' | 'udp' | 'icmp' | 'others';

/** A rule, or a group of rules of one source. One file a rule or group; the order is that of the list in `index.ts`. */
export interface RadiationRule {
  /** Classes that it gives. */
  readonly gives: readonly RadiationName[];
  readonly looksAt: readonly Carried[];
  /** Where the rule comes from. */
  readonly reference: string;
  /**
   * Gives a class to each of the `open` rows that match, and closes them. `bytes` are those of the records: a row's header
   * begins at its `headerOffset`.
   */
  mark(open: OpenRows, batch: PacketBatch, bytes: DataView): void;
}

export const CORSARO_SPOOFING =
  'CAIDA Corsaro 3 libcorsaro/libcorsaro_filtering.c, spoofing filter (_apply_spoofing_filter)';
