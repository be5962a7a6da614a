import { formatIpv4, formatIpv6 } from '../../shared/address.ts';
import { blocksToRanges, isInRanges, specialBlocks } from './blocks.ts';
import { pickFirstOctet, pickIpv6Network } from './geography.ts';
import type { Random } from './random.ts';
import type { Telescope } from './telescope.ts';

/** Addresses an actor sends from: one word each for IPv4, four for IPv6. */
export interface SourceList {
  readonly family: 4 | 6;
  readonly count: number;
  readonly words: Uint32Array;
}

export function sourceText(sources: SourceList, index: number): string {
  return sources.family === 4 ? formatIpv4(sources.words[index]!) : formatIpv6(sources.words, index * 4);
}

export function ipv4Sources(words: Uint32Array): SourceList {
  return { family: 4, count: words.length, words };
}

const special = blocksToRanges(specialBlocks);

/**
 * Hands out source addresses, each only once, so that a source tells its actor: never from special blocks, never from the
 * watched prefixes, and never the first or last of a /24, which detectors take for spoofed.
 */
export class SourceAllocator {
  readonly #taken = new Set<number>();
  readonly #telescope: Telescope;

  constructor(telescope: Telescope) {
    this.#telescope = telescope;
  }

  /** Addresses spread over the world. */
  scattered(random: Random, count: number): SourceList {
    const words = new Uint32Array(count);
    for (let index = 0; index < count; index++) {
      let address = this.#candidate(random);
      while (!this.#isFree(address)) address = this.#candidate(random);
      this.#taken.add(address);
      words[index] = address;
    }
    return ipv4Sources(words);
  }

  /** Up to 254 neighbours in one /24, as organisations that scan for research have them. */
  neighbours(random: Random, count: number): SourceList {
    for (;;) {
      const network = this.#candidate(random) & 0xffffff00;
      const first = random.between(1, 255 - count);
      const words = Uint32Array.from({ length: count }, (_, index) => (network | (first + index)) >>> 0);
      if (!words.every((address) => this.#isFree(address))) continue;
      for (const address of words) this.#taken.add(address);
      return ipv4Sources(words);
    }
  }

  /** One IPv6 host in a network of its own; 2⁹⁶ possible ones do not collide. */
  ipv6(random: Random): SourceList {
    const subnet = random.word();
    return {
      family: 6,
      count: 1,
      words: Uint32Array.of(pickIpv6Network(random), subnet, 0, random.between(2, 0xffff)),
    };
  }

  #candidate(random: Random): number {
    return ((pickFirstOctet(random) << 24) | (random.word() >>> 8)) >>> 0;
  }

  #isFree(address: number): boolean {
    const last = address & 0xff;
    if (last === 0 || last === 255 || this.#taken.has(address)) return false;
    return !isInRanges(special, address) && !this.#telescope.contains(address);
  }
}
