/** Sources that cannot be on the Internet: private, shared, documentation, multicast and the like, and what nobody was given. */
import { parsePrefix } from '../../shared/address.ts';
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { Radiation } from '../../shared/radiation.ts';
import type { OpenRows } from './open-rows.ts';
import type { RadiationRule } from './radiation-rule.ts';

const ipv4Blocks = blocks([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]);
/** Whether a block lies among the addresses with this first octet: most have none. */
const hasBlock = Uint8Array.from({ length: 256 }, (_, octet) =>
  ipv4Blocks.some(({ first, hostBits }) => {
    const shift = Math.max(24, hostBits);
    return first >>> shift === (octet << 24) >>> shift;
  })
    ? 1
    : 0,
);
/**
 * Of IPv6, registries give addresses from 2000::/3 only; in there are blocks for benchmarks (RFC 5180), for identifiers that
 * are no addresses (RFC 4843, RFC 7343), and for documentation (RFC 3849, RFC 9637). Beside it, 64:ff9b::/96 is IPv4 behind a
 * translator (RFC 6052), and may be met.
 */
const ipv6Blocks = blocks(['2001:10::/28', '2001:20::/28', '2001:db8::/32', '3fff::/20']);
const BENCHMARK = 0x20010002;
const TRANSLATED = 0x0064ff9b;

export const bogon: RadiationRule = {
  gives: ['bogon'],
  looksAt: ['tcp', 'udp', 'icmp', 'others'],
  reference:
    'CAIDA Corsaro 3 libcorsaro/libcorsaro_filtering.c, RFC 5735 filter; IANA special-purpose address registries (RFC 6890), 100.64.0.0/10 among them',
  mark(open, batch) {
    if (batch.family === 4) markIpv4(open, batch);
    else markIpv6(open, batch);
  },
};

function markIpv4(open: OpenRows, { source, radiation }: PacketBatch): void {
  const { rows, count } = open;
  let left = 0;
  for (let at = 0; at < count; at++) {
    const row = rows[at]!;
    const address = source[row]!;
    if (hasBlock[address >>> 24] === 1 && isIn(ipv4Blocks, address)) radiation[row] = Radiation.bogon;
    else rows[left++] = row;
  }
  open.count = left;
}

function markIpv6(open: OpenRows, { source, radiation }: PacketBatch): void {
  const { rows, count } = open;
  let left = 0;
  for (let at = 0; at < count; at++) {
    const row = rows[at]!;
    if (isIpv6Bogon(source, row * 4)) radiation[row] = Radiation.bogon;
    else rows[left++] = row;
  }
  open.count = left;
}

function isIpv6Bogon(source: Uint32Array, at: number): boolean {
  const first = source[at]!;
  const second = source[at + 1]!;
  if (first >>> 29 !== 1) return !(first === TRANSLATED && second === 0 && source[at + 2] === 0);
  return isIn(ipv6Blocks, first) || (first === BENCHMARK && second >>> 16 === 0);
}

interface Block {
  readonly first: number;
  readonly hostBits: number;
}

/** Blocks of at most 32 bits: the first word decides. */
function blocks(prefixes: readonly string[]): readonly Block[] {
  return prefixes.map((text) => {
    const { words, length } = parsePrefix(text)!;
    return { first: words[0]!, hostBits: 32 - length };
  });
}

function isIn(list: readonly Block[], word: number): boolean {
  for (let at = 0; at < list.length; at++) if ((word ^ list[at]!.first) >>> list[at]!.hostBits === 0) return true;
  return false;
}
