/**
 * A packet that proves a label, byte by byte: which bytes its rule looks at, and which viewers may not see. Shown to viewers
 * is only what they get of flows as well, or what is a constant of a tool; all else might give the target away, by itself (as
 * Mirai's sequence number does) or with the rest (as checksums do).
 */
import type { RuleField } from '../../shared/fingerprints.ts';
import { IpProtocol } from '../../shared/protocols.ts';

export interface ByteSpan {
  readonly offset: number;
  readonly length: number;
  readonly field: string;
}

const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
const TCP_HEADER_BYTES = 20;
/** In place of a byte that is kept back. */
const MASKED_BYTE = 'xx';
/** ZMap's old identification: the same for all targets. */
const CONSTANT_IP_ID = 54_321;
const ALL_ONES = 0xffff_ffff;

const FIELD_NAMES: Readonly<Record<string, string>> = {
  ip4: 'ipId',
  ip8: 'ttl',
  ip16: 'target',
  tcp0: 'sourcePort',
  tcp2: 'targetPort',
  tcp4: 'sequence',
  tcp13: 'flags',
  tcp14: 'window',
};

/** Where the bytes lie that a rule looks at; those that were captured. */
export function marksOf(bytes: Uint8Array, fields: readonly RuleField[]): ByteSpan[] {
  const transport = transportAt(bytes);
  return fields.flatMap((field) => {
    if (field === 'options')
      return clipped(bytes, transport + TCP_HEADER_BYTES, optionsEnd(bytes, transport), 'options');
    const { header, offset, length } = field;
    const start = (header === 'ip' ? 0 : transport) + offset;
    return clipped(bytes, start, start + length, FIELD_NAMES[header + offset] ?? `${header} ${offset}`);
  });
}

/** What viewers do not see. */
export function masksOf(bytes: Uint8Array): ByteSpan[] {
  const spans: ByteSpan[] = [];
  const hide = (start: number, end: number, field: string) => spans.push(...clipped(bytes, start, end, field));
  const transport = transportAt(bytes);
  const protocol = hideNetwork(bytes, transport, hide);
  if (protocol === IpProtocol.tcp) hideTcp(bytes, transport, hide);
  else if (protocol === IpProtocol.udp) {
    hide(transport + 6, transport + 8, 'checksum');
    hide(transport + 8, bytes.length, 'other');
  } else hide(transport, bytes.length, 'other');
  return spans;
}

type Hide = (start: number, end: number, field: string) => void;

/** Gives the protocol of the header that follows; -1 where none does. */
function hideNetwork(bytes: Uint8Array, end: number, hide: Hide): number {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4) {
    if (u16(bytes, 4) !== CONSTANT_IP_ID) hide(4, 6, 'ipId');
    hide(10, 12, 'checksum');
    hide(16, 20, 'target');
    hide(IPV4_HEADER_BYTES, end, 'ipOptions');
    // What follows in a later fragment is no header.
    return (u16(bytes, 6) & 0x1fff) === 0 ? bytes[9]! : -1;
  }
  if (version !== 6) {
    hide(0, end, 'other');
    return -1;
  }
  hide(1, 4, 'other');
  hide(24, 40, 'target');
  return bytes[6] ?? -1;
}

function hideTcp(bytes: Uint8Array, tcp: number, hide: Hide): void {
  hide(tcp + 4, tcp + 8, 'sequence');
  if (u32(bytes, tcp + 8) !== 0) hide(tcp + 8, tcp + 12, 'acknowledgement');
  hide(tcp + 16, tcp + 18, 'checksum');
  if (u16(bytes, tcp + 18) !== 0) hide(tcp + 18, tcp + 20, 'urgent');
  hideOptions(bytes, tcp + TCP_HEADER_BYTES, optionsEnd(bytes, tcp), hide);
  hide(optionsEnd(bytes, tcp), bytes.length, 'other');
}

/** Their kinds are told of flows too. Of what they carry, sizes of segments and windows are shown: no tool makes them of the target. */
function hideOptions(bytes: Uint8Array, from: number, end: number, hide: Hide): void {
  for (let at = from; at < end; ) {
    const kind = bytes[at]!;
    if (kind === 0) {
      hideUnlessZero(bytes, at, end, hide);
      return;
    }
    if (kind === 1) {
      at += 1;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > end) {
      hide(at + 1, end, 'optionValue');
      return;
    }
    if (kind === 8 && length === 10) {
      if (u32(bytes, at + 2) !== ALL_ONES) hide(at + 2, at + 6, 'timestamp');
      if (u32(bytes, at + 6) !== 0) hide(at + 6, at + 10, 'timestamp');
    } else if (kind > 4 || length > 4) hide(at + 2, at + length, 'optionValue');
    at += length;
  }
}

/** Behind the end of the list nothing but zeros is harmless. */
function hideUnlessZero(bytes: Uint8Array, from: number, end: number, hide: Hide): void {
  for (let at = from; at < end; at++) {
    if (bytes[at] === 0) continue;
    hide(from, end, 'optionValue');
    return;
  }
}

/** As hex, two digits a byte; `xx` where it is masked. */
export function hexOf(bytes: Uint8Array, masked: readonly ByteSpan[]): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  for (const { offset, length } of masked) digits.fill(MASKED_BYTE, offset, offset + length);
  return digits.join('');
}

function transportAt(bytes: Uint8Array): number {
  const first = bytes[0] ?? 0;
  if (first >> 4 === 6) return Math.min(IPV6_HEADER_BYTES, bytes.length);
  return Math.min(Math.max(IPV4_HEADER_BYTES, (first & 15) * 4), bytes.length);
}

function optionsEnd(bytes: Uint8Array, tcp: number): number {
  const headerBytes = Math.max(TCP_HEADER_BYTES, ((bytes[tcp + 12] ?? 0) >> 4) * 4);
  return Math.min(tcp + headerBytes, bytes.length);
}

function clipped(bytes: Uint8Array, start: number, end: number, field: string): ByteSpan[] {
  const length = Math.min(end, bytes.length) - start;
  return length > 0 ? [{ offset: start, length, field }] : [];
}

/** NaN where it was not captured: no constant is that. */
function u16(bytes: Uint8Array, at: number): number {
  return at + 2 <= bytes.length ? bytes[at]! * 256 + bytes[at + 1]! : Number.NaN;
}

function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 65_536 + u16(bytes, at + 2);
}
