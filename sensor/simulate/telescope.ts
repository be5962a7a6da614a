import { formatPrefix, type Prefix } from '../../shared/address.ts';
import { blocksToRanges, isInRanges, type Ranges } from './blocks.ts';
import type { Random } from './random.ts';

/**
 * IPv6 targets are drawn from this many addresses: 256 subnets with 256 low host numbers each. A /48 cannot be swept, and
 * scanners try just those (RFC 7707, section 4.1).
 */
const IPV6_TARGETS = 65_536;

/** The watched addresses, numbered: first the IPv4 ones in the order of the prefixes, then the IPv6 targets. */
export class Telescope {
  /** Watched IPv4 addresses. */
  readonly ipv4Count: number;
  /** Targets of both families; a target's number is less than this. */
  readonly targetCount: number;
  readonly #ranges: Ranges;
  readonly #ipv6: Uint32Array | null;

  constructor(prefixes: readonly Prefix[]) {
    const ipv4 = prefixes.filter((prefix) => prefix.family === 4);
    this.#ranges = blocksToRanges(ipv4.map(formatPrefix));
    this.ipv4Count = ipv4.reduce((sum, prefix) => sum + 2 ** (32 - prefix.length), 0);
    this.#ipv6 = prefixes.find((prefix) => prefix.family === 6)?.words ?? null;
    this.targetCount = this.ipv4Count + (this.#ipv6 ? IPV6_TARGETS : 0);
  }

  contains(address: number): boolean {
    return isInRanges(this.#ranges, address);
  }

  /** The IPv4 address with this number. */
  ipv4(number: number): number {
    let at = 0;
    let rest = number;
    for (;;) {
      const address = this.#ranges[at]! + rest;
      if (address <= this.#ranges[at + 1]!) return address;
      rest = address - this.#ranges[at + 1]! - 1;
      at += 2;
    }
  }

  /** Any IPv6 target: writes its four words and returns its number. */
  anyIpv6(random: Random, target: Uint32Array): number {
    const subnet = random.below(256);
    const host = random.below(256);
    target.set(this.#ipv6!);
    target[1]! |= subnet;
    target[3]! |= host;
    return this.ipv4Count + subnet * 256 + host;
  }
}

/**
 * Visits every number below `size` once in an order that looks random, then starts over in another order: the way ZMap and
 * Masscan go through addresses. Not their permutations but a cheaper one, that needs no memory: odd multiplications and
 * shifted exclusive-ors are bijections of the numbers below a power of two; what is above `size` is skipped.
 */
export class Walk {
  readonly #size: number;
  readonly #mask: number;
  readonly #shift: number;
  readonly #random: Random;
  #position = 0;
  #first = 1;
  #second = 1;
  #offset = 0;

  /** `size` is from 1 to 2³¹. */
  constructor(random: Random, size: number) {
    const bits = Math.ceil(Math.log2(size));
    this.#size = size;
    this.#mask = 2 ** bits - 1;
    this.#shift = Math.max(1, bits >> 1);
    this.#random = random;
    this.#reorder();
  }

  next(): number {
    for (;;) {
      let number = (Math.imul(this.#position, this.#first) + this.#offset) & this.#mask;
      number ^= number >>> this.#shift;
      number = Math.imul(number, this.#second) & this.#mask;
      number ^= number >>> this.#shift;
      this.#position = (this.#position + 1) & this.#mask;
      if (this.#position === 0) this.#reorder();
      if (number < this.#size) return number;
    }
  }

  #reorder(): void {
    this.#first = this.#random.word() | 1;
    this.#second = this.#random.word() | 1;
    this.#offset = this.#random.word() | 0;
  }
}
