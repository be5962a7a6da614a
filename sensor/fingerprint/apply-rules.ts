/** Rules, classes and filter over a batch that was decoded just now, in their order. */
import type { PacketBatch, RecordBatch } from '../../shared/packet-batch.ts';
import type { Decoder } from '../decode/decoder.ts';
import type { PacketFilter } from '../filter/index.ts';
import { markRadiation } from '../radiation/index.ts';
import { matchFingerprints } from './index.ts';
import type { SourceMemory } from './source-memory.ts';

/**
 * The filter comes behind the rules of single packets and the classes, since it may ask for them, and before those of pairs, which
 * look at what it let pass; unless it asks for their tags: then they look at everything. With `memory` null they are left out.
 */
export function applyRules(
  records: RecordBatch,
  decoder: Decoder,
  { ipv4, ipv6 }: { readonly ipv4: PacketBatch; readonly ipv6: PacketBatch },
  filter: PacketFilter | null,
  memory: SourceMemory | null,
): void {
  matchFingerprints(ipv4, records.view);
  markRadiation(ipv4, records.view);
  markRadiation(ipv6, records.view);
  const comesFirst = filter?.asksForPairs ?? false;
  if (comesFirst) memory?.match(ipv4, records.view);
  filter?.apply(records, decoder, ipv4, ipv6);
  if (!comesFirst) memory?.match(ipv4, records.view);
}
