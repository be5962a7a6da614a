/** Whether a payload may hold a command that fetches something: a first look, which may say yes too often. */

/** Lower case. Encoded forms show their signs. */
const SIGNS = [
  'wget',
  'curl',
  'tftp',
  'ftpget',
  'busybox',
  '${',
  'jndi',
  'base64',
  '%20',
  '%3a',
  '\\x',
  'cmd=',
  '/bin/sh',
  'powershell',
  'certutil',
];
const MOST_BYTES = 2_048;

/** By the first letter of a sign: the signs. */
const byFirst = new Map<number, Uint8Array[]>();
for (const sign of SIGNS) {
  const bytes = Uint8Array.from(sign, (character) => character.charCodeAt(0));
  byFirst.set(bytes[0]!, [...(byFirst.get(bytes[0]!) ?? []), bytes]);
}
const isFirst = new Uint8Array(256);
for (const first of byFirst.keys()) isFirst[first] = 1;

export function isCommandLike(payload: Uint8Array): boolean {
  const end = Math.min(payload.length, MOST_BYTES);
  for (let at = 0; at < end; at++) {
    const first = lower(payload[at]!);
    if (isFirst[first] === 0) continue;
    for (const sign of byFirst.get(first)!) if (standsAt(payload, at, sign)) return true;
  }
  return false;
}

function standsAt(payload: Uint8Array, at: number, sign: Uint8Array): boolean {
  if (at + sign.length > payload.length) return false;
  for (let i = 1; i < sign.length; i++) if (lower(payload[at + i]!) !== sign[i]) return false;
  return true;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}
