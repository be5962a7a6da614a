/** What a dissection says of a packet, in the words of `decodeOne`, and what every dissection must keep to. */
import type { ChecksumCounts } from '../../sensor/decode/decoder.ts';
import { dissect } from '../../shared/dissect/index.ts';
import type { DissectedLayer } from '../../shared/dissect/names.ts';
import { fieldText, isIpLayer as isIp, packetEnds } from '../../shared/dissect/packet-flow.ts';
import { TcpFlag } from '../../shared/protocols.ts';
import { type DecodedPacket, decodeOne } from './packet-batch.ts';

export type DissectedPacket = Pick<
  DecodedPacket,
  'family' | 'source' | 'target' | 'protocol' | 'sourcePort' | 'targetPort' | 'tcpFlags' | 'ttl'
>;

const TRANSPORTS = ['ICMP', 'ICMPv6', 'TCP', 'UDP', 'UDP-Lite', 'SCTP', 'DCCP'];

export const fieldOf = fieldText;

/** The packet of the IP header at `index` of those there are; null without one. */
export function packetOf(layers: readonly DissectedLayer[], index = 0): DissectedPacket | null {
  const ends = packetEnds(layers, index);
  if (ends === null) return null;
  const ip = layers.filter(isIp)[index]!;
  const carried = layers.slice(layers.indexOf(ip) + 1).find(({ name }) => !name.startsWith('IPv6 '));
  return {
    ...ends,
    tcpFlags: carried?.name === 'TCP' ? flagBits(fieldOf(carried, 'flags')) : 0,
    ttl: Number(fieldOf(ip, ends.family === 4 ? 'ttl' : 'hopLimit')),
  };
}

function flagBits(text: string): number {
  return text.split(',').reduce((bits, name) => bits | (TcpFlag[name.toLowerCase() as keyof typeof TcpFlag] ?? 0), 0);
}

/** Throws where a dissection and the sensor's decoder say different things of a packet. Returns the layers. */
export function expectAgreement(linkType: number, bytes: Uint8Array, wireLength: number): DissectedLayer[] {
  const layers = dissect(bytes, linkType, wireLength);
  const { packet, undecodable, faults, checksums } = decodeOne(linkType, bytes, { wireLength, checksums: true });
  // Each gives up somewhere; it is said.
  if ((undecodable.tooDeep ?? 0) > 0 || layers.some(({ note }) => note === 'tooMany')) return layers;
  const told = packetOf(layers);
  if (packet === null) {
    // A header that the decoder does not believe is shown, and marked.
    const believed = layers.find((layer) => isIp(layer) && layer.note === undefined);
    if (believed !== undefined)
      throw new Error(`${believed.name} of a packet that has none: ${JSON.stringify(layers)}`);
    return layers;
  }
  const expected = Object.fromEntries(Object.keys(told ?? {}).map((name) => [name, packet[name as 'family']]));
  if (told === null || JSON.stringify(told) !== JSON.stringify(expected))
    throw new Error(`dissected ${JSON.stringify(told)}, decoded ${JSON.stringify(packet)}`);
  expectInner(layers, packet);
  if (faults.badExtension === undefined) expectVerdicts(layers, checksums!);
  return layers;
}

function expectInner(layers: readonly DissectedLayer[], { inner }: DecodedPacket): void {
  if (inner === '') return;
  const told = packetOf(layers, 1);
  const { source, sourcePort, target, targetPort, protocol } = told ?? {};
  // The decoder's columns hold IPv4 as such addresses of IPv6, and cannot tell the two apart.
  const plain = (address = '') => address.replace('::ffff:', '');
  const text = `${plain(source)} ${sourcePort} > ${plain(target)} ${targetPort} (${protocol})`;
  if (text !== inner) throw new Error(`dissected inside ${text}, decoded ${inner}: ${JSON.stringify(layers)}`);
}

/** A checksum that is right to one is right to the other; what one cannot verify, the other may. */
function expectVerdicts(layers: readonly DissectedLayer[], { network, transport }: ChecksumCounts): void {
  const at = layers.findIndex(isIp);
  const verdict = (layer: DissectedLayer | undefined) =>
    layer?.fields.find(({ name, note }) => name === 'checksum' && note !== undefined)?.note ?? 'checksumNotWhole';
  const carried = layers.slice(at + 1).find(({ name }) => !name.startsWith('IPv6 '));
  const isOf = TRANSPORTS.includes(carried?.name ?? '');
  for (const [told, { good, bad }] of [
    [layers[at]!.name === 'IPv4' ? verdict(layers[at]) : 'checksumNotWhole', network],
    [isOf ? verdict(carried) : 'checksumNotWhole', transport],
  ] as const) {
    const isWrong = told === 'checksumWrong' || told === 'checksumOffloaded';
    if ((told === 'checksumRight' && bad > 0) || (isWrong && good > 0))
      throw new Error(`${told}, decoded ${JSON.stringify({ network, transport })}: ${JSON.stringify(layers)}`);
  }
}

const MAX_LAYERS = 170;
const MAX_FIELDS = 1_200;

/** Throws where layers or fields lie where no bytes are, overlap, leave bytes out, or are too many. */
export function expectPossible(layers: readonly DissectedLayer[], captured: number): void {
  let at = 0;
  for (const layer of layers) {
    if (layer.offset !== at)
      throw new Error(`${layer.name} begins at ${layer.offset}, and not at ${at}: ${JSON.stringify(layers)}`);
    at += layer.length;
    for (const { name, offset, length, value } of layer.fields) {
      const isInside = offset >= layer.offset && offset + length <= layer.offset + layer.length;
      if (!isInside) throw new Error(`${layer.name} has ${name} at ${offset}, ${length} bytes, outside of it`);
      if (!/^[\x20-\x7e…–]*$/.test(value) || value.length > 1_000)
        throw new Error(`${name} is ${JSON.stringify(value)}`);
    }
  }
  if (at !== captured) throw new Error(`${at} of ${captured} bytes are in layers: ${JSON.stringify(layers)}`);
  const fields = layers.reduce((sum, layer) => sum + layer.fields.length, 0);
  if (layers.length > MAX_LAYERS || fields > MAX_FIELDS) throw new Error(`${layers.length} layers, ${fields} fields`);
}
