/** A packet in one line: who to whom by the outermost IP header, and what it is. */
import type { DissectedLayer, FieldName } from './names.ts';
import { fieldText } from './packet-flow.ts';

export interface PacketSummary {
  /** The protocol that says most of those of the outermost packet, such as `TCP`, `ARP`. */
  readonly protocol: string;
  readonly source: string;
  readonly target: string;
  /** Flags, type, or the first line of what it carries. */
  readonly info: string;
}

const transports = ['TCP', 'UDP', 'UDP-Lite', 'SCTP', 'DCCP', 'ICMP', 'ICMPv6'];
const informative: readonly FieldName[] = ['dnsQuestion', 'firstLine', 'serverName', 'message', 'mode', 'arpOperation'];

export function summarise(layers: readonly DissectedLayer[]): PacketSummary {
  const at = layers.findIndex(({ name }) => name === 'IPv4' || name === 'IPv6');
  const network = layers[at] ?? layers.find(({ name }) => name === 'ARP') ?? layers[0];
  const transport = at < 0 ? undefined : outermostTransport(layers, at);
  const end = (address: FieldName, port: FieldName) => {
    const number = fieldText(transport, port);
    const text = fieldText(network, address);
    if (number === '') return text;
    return text.includes(':') ? `[${text}]:${number}` : `${text}:${number}`;
  };
  const last = layers.findLast(({ fields }) => fields.some(({ name }) => informative.includes(name)));
  const more = last?.fields.find(({ name }) => informative.includes(name))?.value ?? '';
  const own = transport === undefined ? '' : fieldText(transport, transport.name === 'TCP' ? 'flags' : 'type');
  return {
    protocol: transport?.name ?? network?.name ?? '',
    source: end('source', 'sourcePort'),
    target: end('target', 'targetPort'),
    info: [own, last === undefined || last === network ? '' : last.name, more].filter(Boolean).join(' '),
  };
}

/** The one behind the outermost IP header, before anything else that has an address. */
function outermostTransport(layers: readonly DissectedLayer[], network: number): DissectedLayer | undefined {
  for (const layer of layers.slice(network + 1)) {
    if (transports.includes(layer.name)) return layer;
    if (layer.fields.some(({ name }) => name === 'source')) return undefined;
  }
  return undefined;
}
