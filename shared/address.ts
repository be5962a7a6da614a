/** Text forms of IP addresses and prefixes. IPv6 follows RFC 5952; parsing accepts RFC 4291 forms. */

/** Dotted quad of a host-order 32-bit word. */
export function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** RFC 5952 text of four 32-bit words, most significant first, read from `words` at `at`. */
export function formatIpv6(words: ArrayLike<number>, at = 0): string {
  const groups: number[] = [];
  for (let i = 0; i < 4; i++) groups.push(words[at + i]! >>> 16, words[at + i]! & 0xffff);
  // The longest run of zero groups (the first of equals, at least two) becomes "::".
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > bestLength) {
      best = i;
      bestLength = end - i;
    }
    if (end > i) i = end;
  }
  // IPv4-mapped addresses keep their dotted part (RFC 5952, section 5).
  if (best === 0 && bestLength === 5 && groups[5] === 0xffff) return `::ffff:${formatIpv4(words[at + 3]!)}`;
  const hex = groups.map((group) => group.toString(16));
  if (best < 0) return hex.join(':');
  return `${hex.slice(0, best).join(':')}::${hex.slice(best + bestLength).join(':')}`;
}

/** Text of row `row` of an address column. */
export function formatAddress(family: 4 | 6, column: Uint32Array, row: number): string {
  return family === 4 ? formatIpv4(column[row]!) : formatIpv6(column, row * 4);
}

/** Text of row `row` of a column of 16-byte addresses, in which IPv4 stands as ::ffff:a.b.c.d: that is written as IPv4. */
export function formatInnerAddress(column: ArrayLike<number>, row: number): string {
  const at = row * 4;
  const isIpv4 = column[at] === 0 && column[at + 1] === 0 && column[at + 2] === 0xffff;
  return isIpv4 ? formatIpv4(column[at + 3]!) : formatIpv6(column, at);
}

/** Host-order word of a dotted quad, or null when it is none. */
export function parseIpv4(text: string): number | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let word = 0;
  for (const part of parts) {
    // A leading zero would be octal to some.
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    word = word * 256 + Number(part);
  }
  return word;
}

/** Four words of an IPv6 address, or null when it is none. */
export function parseIpv6(text: string): Uint32Array | null {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted) {
    const word = parseIpv4(dotted[2]!);
    if (word === null) return null;
    text = `${dotted[1]}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
  }
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = halves[0] ? halves[0].split(':') : [];
  const tail = halves[1] ? halves[1].split(':') : [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  const words = new Uint32Array(4);
  for (let i = 0; i < 8; i++) words[i >> 1] = ((words[i >> 1]! << 16) | Number.parseInt(groups[i]!, 16)) >>> 0;
  return words;
}

/** A block of addresses: `words` is its first address, host bits zero. */
export interface Prefix {
  readonly family: 4 | 6;
  readonly words: Uint32Array;
  readonly length: number;
}

/** Reads `192.0.2.0/24` or `2001:db8::/32`; a bare address is a block of one; host bits must be zero; null when it is no prefix. */
export function parsePrefix(text: string): Prefix | null {
  const [address = '', lengthText, ...rest] = text.split('/');
  if (rest.length > 0 || (lengthText !== undefined && !/^\d{1,3}$/.test(lengthText))) return null;
  const ipv4 = parseIpv4(address);
  const words = ipv4 === null ? parseIpv6(address) : Uint32Array.of(ipv4);
  if (words === null) return null;
  const bits = words.length * 32;
  const length = lengthText === undefined ? bits : Number(lengthText);
  if (length > bits) return null;
  for (let i = 0; i < words.length; i++) {
    const kept = Math.min(32, Math.max(0, length - i * 32));
    const hostBits = kept === 32 ? 0 : 0xffffffff >>> kept;
    if ((words[i]! & hostBits) !== 0) return null;
  }
  return { family: ipv4 === null ? 6 : 4, words, length };
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.family, prefix.words, 0)}/${prefix.length}`;
}
