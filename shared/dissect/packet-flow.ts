/** Whom a packet goes from and to, as flows have it: by an IP header, and what stands behind it. */
import type { DissectedLayer, FieldName } from './names.ts';

export interface PacketEnds {
  readonly family: 4 | 6;
  readonly source: string;
  readonly target: string;
  readonly protocol: number;
  /** Type and code of ICMP; 0 where there are none. */
  readonly sourcePort: number;
  readonly targetPort: number;
}

const TYPED = ['ICMP', 'ICMPv6'];
const PORTED = ['TCP', 'UDP', 'UDP-Lite', 'SCTP', 'DCCP'];

export const isIpLayer = ({ name }: DissectedLayer) => name === 'IPv4' || name === 'IPv6';

export function fieldText(layer: DissectedLayer | undefined, name: FieldName): string {
  return layer?.fields.find((field) => field.name === name)?.value ?? '';
}

const number = (layer: DissectedLayer | undefined, name: FieldName) => Number.parseInt(fieldText(layer, name), 10) || 0;

/** Of the IP header at `index` of those there are, the outermost first; null without one. */
export function packetEnds(layers: readonly DissectedLayer[], index = 0): PacketEnds | null {
  const at = layers.map((layer, place) => (isIpLayer(layer) ? place : -1)).filter((place) => place >= 0)[index];
  if (at === undefined) return null;
  const ip = layers[at]!;
  const last = lastExtension(layers, at);
  const carried = layers[last + 1];
  const isTyped = TYPED.includes(carried?.name ?? '');
  const hasPorts = PORTED.includes(carried?.name ?? '');
  const [first, second] = isTyped ? (['type', 'code'] as const) : (['sourcePort', 'targetPort'] as const);
  // Both or none, as the decoder has it.
  const isThere = (isTyped || hasPorts) && fieldText(carried, second) !== '';
  return {
    family: ip.name === 'IPv4' ? 4 : 6,
    source: fieldText(ip, 'source'),
    target: fieldText(ip, 'target'),
    protocol: ip.name === 'IPv4' ? number(ip, 'protocol') : number(layers[last], 'nextHeader'),
    sourcePort: isThere ? number(carried, first) : 0,
    targetPort: isThere ? number(carried, second) : 0,
  };
}

/** An extension that is not there in full is not stepped over: its own number is the protocol. */
function lastExtension(layers: readonly DissectedLayer[], network: number): number {
  let last = network;
  while (layers[last + 1]?.name.startsWith('IPv6 ')) last++;
  const { note } = layers[last]!;
  return last > network && note !== undefined && note !== 'tooMany' ? last - 1 : last;
}
