/** MPLS label stack (RFC 3032). Nothing says what follows it but the first four bits (RFC 4928). */
import { Fault } from '../../../../shared/counters.ts';
import { Encapsulation, EtherType, type Layer } from '../../layer.ts';
import { type Header, Next, notIp } from './header.ts';

const ENTRY_BYTES = 4;
const BOTTOM = 0x100;
/** A stack deeper than any router pushes. */
const MAX_LABELS = 32;
const ETHER_TYPE = 0x8847;

/** Labels whose payload is no packet of a user (RFC 3429). */
const LABEL_OAM_ALERT = 14;
const ETHERNET_BYTES = 14;
const CONTROL_WORD_BYTES = 4;

export const mpls: Header = (bytes, layer) => {
  layer.encapsulations |= Encapsulation.mpls;
  for (let labels = 0; labels < MAX_LABELS; labels++) {
    if (layer.end - layer.start < ENTRY_BYTES) return Fault.truncatedLink;
    const entry = bytes.getUint32(layer.start);
    layer.start += ENTRY_BYTES;
    if ((entry & BOTTOM) === 0) continue;
    layer.type = notIp(ETHER_TYPE);
    if (entry >>> 12 !== LABEL_OAM_ALERT) tellPayload(bytes, layer);
    return Fault.none;
  }
  return Fault.tooDeep;
};

function tellPayload(bytes: DataView, layer: Layer): void {
  const { start, end } = layer;
  if (start === end) return;
  const nibble = bytes.getUint8(start) >> 4;
  if (nibble === 4) layer.type = EtherType.ipv4;
  else if (nibble === 6) layer.type = EtherType.ipv6;
  else if (nibble === 1) tellAssociatedChannel(bytes, layer);
  else if (nibble === 0) tellPseudowire(bytes, layer);
}

/** Associated channel header (RFC 4385): its type names what follows. */
function tellAssociatedChannel(bytes: DataView, layer: Layer): void {
  if (layer.end - layer.start < CONTROL_WORD_BYTES) return;
  const channel = bytes.getUint16(layer.start + 2);
  if (channel === 0x21) layer.type = EtherType.ipv4;
  else if (channel === 0x57) layer.type = EtherType.ipv6;
  else return;
  layer.start += CONTROL_WORD_BYTES;
}

/** An Ethernet frame (RFC 4448), with a control word or without: only where the place of its type leaves no doubt. */
function tellPseudowire(bytes: DataView, layer: Layer): void {
  const plain = isWellKnownType(bytes, layer.start, layer.end);
  const afterWord = isWellKnownType(bytes, layer.start + CONTROL_WORD_BYTES, layer.end);
  if (plain === afterWord) return;
  if (afterWord) layer.start += CONTROL_WORD_BYTES;
  layer.type = Next.ethernet;
}

function isWellKnownType(bytes: DataView, start: number, end: number): boolean {
  if (end - start < ETHERNET_BYTES) return false;
  const type = bytes.getUint16(start + 12);
  return type === EtherType.ipv4 || type === EtherType.ipv6 || type === EtherType.arp || type === EtherType.vlan;
}
