/**
 * Filters that ask for one key of one dimension, such as `country CN` or `tcp dst port 23`: what was counted when the flows came
 * answers them, and reaches further back than the flows do.
 */
import type { FlowCondition } from '../../shared/filter/flow-condition.ts';
import type { FlowFieldName } from '../../shared/flow-fields.ts';
import { Fragment } from '../../shared/packet-batch.ts';
import { IpProtocol } from '../../shared/protocols.ts';
import { OTHER_KEY, type SeriesDimensionName } from '../store/ingest-commit.ts';
import type { SeriesQuery, SeriesStore } from '../store/stores.ts';

export interface SingleKey {
  readonly by: SeriesDimensionName;
  readonly key: number;
}

const COLUMNS: Partial<Record<FlowFieldName, SeriesDimensionName>> = {
  class: 'class',
  radiation: 'radiation',
  protocol: 'protocol',
  country: 'country',
  asn: 'network',
  sensor: 'sensor',
};
/** The bits of `tagsHigh` begin here. */
const WORD_BITS = 32;

/** Null for every filter that is not exactly one key. */
export function singleKeyOf(condition: FlowCondition): SingleKey | null {
  if (condition.kind === 'and') return portOf(termsOf(condition));
  if (condition.kind === 'bit') {
    const { column, bit } = condition;
    if (column !== 'tagsLow' && column !== 'tagsHigh') return null;
    return { by: 'tag', key: column === 'tagsLow' ? bit : bit + WORD_BITS };
  }
  const by = condition.kind === 'range' && condition.from === condition.to ? COLUMNS[condition.column] : undefined;
  return by === undefined ? null : { by, key: (condition as { from: number }).from };
}

function termsOf(condition: FlowCondition): FlowCondition[] {
  return condition.kind === 'and' ? condition.terms.flatMap(termsOf) : [condition];
}

/** Ports are counted as `tcp dst port N` means them: of TCP and UDP, and not of later fragments. */
function portOf(terms: readonly FlowCondition[]): SingleKey | null {
  let protocols: number[] = [IpProtocol.tcp, IpProtocol.udp, IpProtocol.sctp];
  const ports = new Set<number>();
  let isWithHeader = false;
  for (const term of terms) {
    const allowed = protocolsOf(term);
    if (allowed) protocols = protocols.filter((protocol) => allowed.includes(protocol));
    else if (term.kind !== 'range') return null;
    else if (term.column === 'targetPort' && term.from === term.to) ports.add(term.from);
    else if (term.column === 'fragment' && term.from === Fragment.whole && term.to === Fragment.first)
      isWithHeader = true;
    else return null;
  }
  const [protocol] = protocols;
  const isCounted = protocol === IpProtocol.tcp || protocol === IpProtocol.udp;
  if (!isWithHeader || protocols.length !== 1 || ports.size !== 1 || !isCounted) return null;
  return { by: 'port', key: protocol * 65_536 + [...ports][0]! };
}

function protocolsOf(term: FlowCondition): number[] | null {
  if (term.kind === 'range' && term.column === 'protocol' && term.from === term.to) return [term.from];
  if (term.kind !== 'or') return null;
  const each = term.terms.map(protocolsOf);
  return each.includes(null) ? null : each.flatMap((some) => some!);
}

/**
 * Whether all of the key is under the key. Of ports and networks only those on a list are counted by themselves: where
 * others were, the key may have been among them for a while.
 */
export async function isCountedWhole(
  series: SeriesStore,
  { by }: SingleKey,
  query: Omit<SeriesQuery, 'by' | 'measure' | 'key' | 'keys'>,
): Promise<boolean> {
  if (by !== 'port' && by !== 'network') return true;
  return (await series.series({ ...query, by, measure: 'packets', key: OTHER_KEY })).length === 0;
}
