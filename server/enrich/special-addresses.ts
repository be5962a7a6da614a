/**
 * Addresses that are nobody's, and yet come as sources (IANA's registries of special-purpose addresses, RFC 6890):
 * databases that join the ranges of neighbours name a country for some of them.
 */
import { parsePrefix } from '../../shared/address.ts';

const special = blocks([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]);
/** Whether there is a special block among the addresses with this first octet: most of them have none. */
const hasSpecial = Uint8Array.from({ length: 256 }, (_, octet) =>
  special.some(({ first, hostBits }) => first >>> Math.max(24, hostBits) === (octet << 24) >>> Math.max(24, hostBits))
    ? 1
    : 0,
);
/** Protocol assignments (Teredo among them), documentation, 6to4. */
const specialGlobal = blocks(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

/** Whether no registry has given the address of this row to anyone. */
export function isSpecialAddress(family: 4 | 6, column: Uint32Array, row: number): boolean {
  if (family === 4) {
    const address = column[row]!;
    return hasSpecial[address >>> 24] === 1 && isIn(special, address);
  }
  const first = column[row * 4]!;
  // Registries give addresses from 2000::/3 only.
  return first >>> 29 !== 1 || isIn(specialGlobal, first);
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
