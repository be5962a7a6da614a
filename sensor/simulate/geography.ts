/**
 * Where sources lie: first octets as the IANA IPv4 Address Space Registry gives them to the regional registries
 * (https://www.iana.org/assignments/ipv4-address-space), and IPv6 blocks as the IANA IPv6 Global Unicast Address
 * Assignments do. The weights are ours: they make the countries that telescopes report most come out on top.
 */
import { Picker } from './picker.ts';
import type { Random } from './random.ts';

interface Region {
  readonly registry: string;
  /** Share of all sources, in per cent. */
  readonly weight: number;
  /** First octets: single ones, or first and last of a run. */
  readonly octets: readonly (number | readonly [number, number])[];
}

/** A registry has several lines, so that octets with much space of countries that telescopes report often weigh more. */
const regions: readonly Region[] = [
  { registry: 'APNIC', weight: 18, octets: [36, 42, [58, 61], 101, 106, [110, 125], 180, [182, 183], [218, 223]] },
  { registry: 'APNIC', weight: 15, octets: [1, 14, 27, 39, 43, 49, 103, 171, 175, 202, 203] },
  { registry: 'APNIC', weight: 3, octets: [126, 133, 150, 153, 163, 210, 211] },
  { registry: 'RIPE NCC', weight: 9, octets: [185, 193, 194, 195, 45] },
  { registry: 'RIPE NCC', weight: 24, octets: [5, 31, 37, 46, [77, 79], [84, 85], [87, 95], 109, 176, 178, 188, 213] },
  { registry: 'RIPE NCC', weight: 5, octets: [2, 62, [80, 83], 86, 212, 217] },
  { registry: 'ARIN', weight: 8, octets: [23, 50, [64, 76], 104, 107, 108, 162, 173, 174, 184, 192, 198, 199] },
  { registry: 'ARIN', weight: 3, octets: [24, 63, [96, 99], [204, 209], 216] },
  { registry: 'LACNIC', weight: 11, octets: [177, 179, 181, 186, 187, 189, 190, 191, 200, 201] },
  { registry: 'AFRINIC', weight: 4, octets: [41, 102, 105, 154, 156, 196, 197] },
];

function octetWeights(): number[] {
  const weights = new Array<number>(256).fill(0);
  for (const { weight, octets } of regions) {
    const list = octets.flatMap((entry) => {
      if (typeof entry === 'number') return [entry];
      return Array.from({ length: entry[1] - entry[0] + 1 }, (_, index) => entry[0] + index);
    });
    for (const octet of list) weights[octet]! += weight / list.length;
  }
  return weights;
}

const octetPicker = new Picker(octetWeights());

/** The first octet of a source. */
export function pickFirstOctet(random: Random): number {
  return octetPicker.pick(random);
}

/** First 16 bits of the /12 blocks of APNIC, ARIN, LACNIC, RIPE NCC and AFRINIC, where most IPv6 networks are. */
const ipv6Blocks = [0x2400, 0x2600, 0x2800, 0x2a00, 0x2c00] as const;
const ipv6BlockPicker = new Picker([30, 30, 6, 30, 4]);

/** The first word of an IPv6 source: a /32 inside one of the /12 blocks. */
export function pickIpv6Network(random: Random): number {
  const block = ipv6Blocks[ipv6BlockPicker.pick(random)]!;
  return (((block | random.below(16)) << 16) | random.below(0x10000)) >>> 0;
}
