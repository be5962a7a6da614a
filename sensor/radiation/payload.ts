/**
 * What a datagram carries, as far as it was captured. A capture may end before a payload does: bytes that were sent and not
 * captured are taken to be as a rule wants them, so that such a packet is judged by what is there of it, at last by its ports
 * alone. Bytes that the sender did not send match nothing.
 */

import type { PacketBatch } from '../../shared/packet-batch.ts';
import { walkExtensions } from '../decode/network/extensions.ts';
import { createIpLayer } from '../decode/network/ip-layer.ts';

const UDP_BYTES = 8;
const IPV6_BYTES = 40;
const LENGTH_END = 6;
/** The column says no more than this. */
const MAX_TRANSPORT_BYTES = 255;

export interface Payload {
  /** First byte in the bytes of the records. */
  at: number;
  /** Bytes of it that may be read; up to 247 are looked at. */
  captured: number;
  /** Bytes that were sent, whether captured or not. */
  sent: number;
}

/** One serves all packets, as does the layer. */
export const createPayload = (): Payload => ({ at: 0, captured: 0, sent: 0 });
const layer = createIpLayer({ start: 0, end: 0, type: 0, vlan: 0, encapsulations: 0 });

/** Fills `payload` from a row of UDP. */
export function readPayload(bytes: DataView, batch: PacketBatch, row: number, payload: Payload): void {
  const header = batch.headerOffset[row]!;
  const available = batch.transportBytes[row]!;
  const transport = batch.family === 4 ? header + (bytes.getUint8(header) & 15) * 4 : ipv6Transport(bytes, header);
  payload.at = transport + UDP_BYTES;
  payload.captured = Math.max(0, available - UDP_BYTES);
  // Both lengths may lie: the shorter holds. IP's is void where the network card cut the packet up later, UDP's in jumbograms.
  const ofIp = batch.ipLength[row]! - (transport - header);
  const isIpVoid = batch.ipLength[row]! === (batch.family === 4 ? 0 : IPV6_BYTES);
  const ofUdp = available >= LENGTH_END ? bytes.getUint16(transport + 4) : 0;
  const sent = Math.min(isIpVoid ? 65_535 : ofIp, ofUdp === 0 ? 65_535 : ofUdp) - UDP_BYTES;
  payload.sent = Math.max(0, sent);
  if (isIpVoid && ofUdp === 0 && available < MAX_TRANSPORT_BYTES) payload.sent = payload.captured;
}

/** The decoder walked the same way and came to its end, or the row would not be one of UDP. */
function ipv6Transport(bytes: DataView, header: number): number {
  layer.start = header + IPV6_BYTES;
  layer.end = bytes.byteLength;
  layer.fragment = 0;
  layer.type = bytes.getUint8(header + 6);
  walkExtensions(bytes, layer);
  return layer.start;
}

/** A beginning of a payload: `values` where `masks` has bits. */
export interface Beginning {
  readonly values: Uint8Array;
  readonly masks: Uint8Array;
}

/** From hex digits, each of which may be a point for any. */
export function beginning(hex: string): Beginning {
  const pairs = hex.replaceAll(' ', '').match(/../g) ?? [];
  const read = (digit: (text: string) => string) =>
    Uint8Array.from(pairs, (pair) => Number.parseInt(Array.from(pair, digit).join(''), 16));
  return {
    values: read((text) => (text === '.' ? '0' : text)),
    masks: read((text) => (text === '.' ? '0' : 'f')),
  };
}

export function beginsWith(bytes: DataView, { at, captured, sent }: Payload, { values, masks }: Beginning): boolean {
  const wanted = values.length;
  if (sent < wanted) return false;
  const there = Math.min(wanted, captured);
  for (let byte = 0; byte < there; byte++)
    if ((bytes.getUint8(at + byte) & masks[byte]!) !== values[byte]) return false;
  return true;
}

/** Hex of a text. */
export function hexOf(text: string): string {
  return Array.from(text, (letter) => letter.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
