/**
 * The keys of a batch of packets as words, and their hashes.
 *
 * Whoever writes packets knows this code, so the hash is keyed: each 16-bit half of a key is multiplied by a secret of its
 * own and the products are added, which makes any two keys meet with a chance of about one in the number of slots,
 * whatever they are (Carter and Wegman, "Universal classes of hash functions", 1979). A plain multiply-and-shift hash with
 * a secret start does not: flipped top bits of neighbouring words cancel each other out for every start.
 */
import { BATCH_ROWS, type PacketBatch } from '../../shared/packet-batch.ts';

/** Of each packet, in this order. Of IPv6 addresses these are the last words; the others are compared where they are. */
export const KeyWord = { source: 0, target: 1, ports: 2, protocolFlagsTtlRadiation: 3, ipLength: 4, hash: 5 } as const;
export const KEY_SHIFT = 3;

/** Secrets: of IPv4 addresses and all else, of the three other words of both IPv6 addresses, of the interval. */
const TOPS = 9;
const INTERVAL = TOPS + 12;
const SECRETS = INTERVAL + 4;

export class FlowKeys {
  /** Eight words a packet. */
  words = new Uint32Array(BATCH_ROWS << KEY_SHIFT);
  readonly #secrets: Int32Array;

  /** The same seed makes the same hash. */
  constructor(seed: number) {
    this.#secrets = Int32Array.from({ length: SECRETS }, (_, index) => mix(Math.imul(seed + index, 0x9e3779b1) ^ seed));
  }

  /** Fills `words` from all packets. Their hashes lack the interval. */
  read(packets: PacketBatch): void {
    if (this.words.length < packets.length << KEY_SHIFT) this.words = new Uint32Array(packets.capacity << KEY_SHIFT);
    const { source, target, sourcePort, targetPort, protocol, tcpFlags, ttl, radiation, ipLength, length } = packets;
    const words = this.words;
    const secrets = this.#secrets;
    const [s0, s1, s2, s3] = [secrets[0]!, secrets[1]!, secrets[2]!, secrets[3]!];
    const [s4, s5, s6, s7, s8] = [secrets[4]!, secrets[5]!, secrets[6]!, secrets[7]!, secrets[8]!];
    const [stride, last] = packets.family === 4 ? [1, 0] : [4, 3];
    for (let row = 0; row < length; row++) {
      const at = row << KEY_SHIFT;
      const from = source[row * stride + last]!;
      const to = target[row * stride + last]!;
      const ports = (sourcePort[row]! << 16) | targetPort[row]!;
      const protocolAndFlags = protocol[row]! | (tcpFlags[row]! << 8);
      const ttlAndRadiation = ttl[row]! | (radiation[row]! << 8);
      words[at + KeyWord.source] = from;
      words[at + KeyWord.target] = to;
      words[at + KeyWord.ports] = ports;
      words[at + KeyWord.protocolFlagsTtlRadiation] = protocolAndFlags | (ttlAndRadiation << 16);
      words[at + KeyWord.ipLength] = ipLength[row]!;
      words[at + KeyWord.hash] =
        Math.imul(from & 0xffff, s0) +
        Math.imul(from >>> 16, s1) +
        Math.imul(to & 0xffff, s2) +
        Math.imul(to >>> 16, s3) +
        Math.imul(ports & 0xffff, s4) +
        Math.imul(ports >>> 16, s5) +
        Math.imul(protocolAndFlags, s6) +
        Math.imul(ttlAndRadiation, s7) +
        Math.imul(ipLength[row]!, s8);
    }
    if (packets.family === 6) this.#addTops(packets);
  }

  #addTops({ source, target, length }: PacketBatch): void {
    const secrets = this.#secrets;
    for (let row = 0; row < length; row++) {
      let sum = this.words[(row << KEY_SHIFT) + KeyWord.hash]!;
      for (let word = 0; word < 3; word++) {
        const secret = TOPS + word * 4;
        const from = source[row * 4 + word]!;
        const to = target[row * 4 + word]!;
        sum += Math.imul(from & 0xffff, secrets[secret]!) + Math.imul(from >>> 16, secrets[secret + 1]!);
        sum += Math.imul(to & 0xffff, secrets[secret + 2]!) + Math.imul(to >>> 16, secrets[secret + 3]!);
      }
      this.words[(row << KEY_SHIFT) + KeyWord.hash] = sum;
    }
  }

  /** What an interval, in seconds since 1970, adds to the hash of each of its keys. */
  intervalPart(interval: number): number {
    const secrets = this.#secrets;
    return (
      (secrets[INTERVAL]! +
        Math.imul(interval & 0xffff, secrets[INTERVAL + 1]!) +
        Math.imul(interval >>> 16, secrets[INTERVAL + 2]!) +
        Math.imul(Math.floor(interval / 2 ** 32), secrets[INTERVAL + 3]!)) |
      0
    );
  }
}

/** Spreads each bit over all: sums of keys in a row lie in a row. Constants of Wellons' hash prospector (lowbias32). */
export function mix(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  word = Math.imul(word ^ (word >>> 15), 0x846ca68b);
  return word ^ (word >>> 16);
}
