/**
 * Whoever sends packets knows the code and not the seed. None of the keys that can be thought out beforehand makes the
 * tables of flows, or of `inspect`, look at more places than random keys do. What is counted are those places, and each
 * attack is shown to succeed against a hash that is weak to it.
 */
import { describe, expect, test } from 'vitest';
import { FlowKeys, KEY_SHIFT, KeyWord, mix } from '../../../sensor/flow/flow-keys.ts';
import { WordHash } from '../../../sensor/inspect/word-hash.ts';
import type { Family } from '../../../shared/flow-batch.ts';
import { createPacketBatch, type PacketBatch } from '../../../shared/packet-batch.ts';

/** Enough that what is wrong shows, and few enough for a quick test; slots as in the table of flows, at most half of them taken. */
const KEYS = 16_384;
const KEY_BITS = 14;
const SLOTS = KEYS * 2;
/** Random keys in a table that ends half full: half a place beyond the first in the mean (Knuth, volume 3, section 6.4). */
const RANDOM_PLACES = 0.5;
const MOST_PLACES = 3 * RANDOM_PLACES;
/** What a weak hash needs at the least, so that the attack counts as one. */
const ATTACKED_PLACES = 20 * RANDOM_PLACES;
const seeds = [1, 2, 3, 0x1234567, 0x7fffffff, 77_777_777];

interface Keys {
  packets: PacketBatch;
  interval: (row: number) => number;
  /** All words of each key, those of IPv6 addresses and the interval among them. */
  words: readonly Uint32Array[];
}
/** The hash of each key, before its lower bits choose a slot. */
type Hash = (keys: Keys) => ArrayLike<number>;

/** Places looked at beyond the first, in the mean, while keys enter a table with linear probing. */
function placesOf(hashes: ArrayLike<number>): number {
  const used = new Uint8Array(SLOTS);
  let places = 0;
  for (let key = 0; key < hashes.length; key++) {
    let slot = hashes[key]! & (SLOTS - 1);
    for (; used[slot] === 1; slot = (slot + 1) & (SLOTS - 1)) places++;
    used[slot] = 1;
  }
  return places / hashes.length;
}

const flowHash =
  (seed: number): Hash =>
  ({ packets, interval }) => {
    const keys = new FlowKeys(seed);
    keys.read(packets);
    return Int32Array.from({ length: packets.length }, (_, row) =>
      mix(keys.words[(row << KEY_SHIFT) + KeyWord.hash]! + keys.intervalPart(interval(row))),
    );
  };

function wordsOf(packets: PacketBatch, interval: number, row: number): Uint32Array {
  const words = packets.family === 4 ? 1 : 4;
  return Uint32Array.of(
    ...packets.source.subarray(row * words, (row + 1) * words),
    ...packets.target.subarray(row * words, (row + 1) * words),
    (packets.sourcePort[row]! << 16) | packets.targetPort[row]!,
    packets.protocol[row]! | (packets.tcpFlags[row]! << 8) | (packets.ttl[row]! << 16),
    packets.ipLength[row]!,
    interval,
  );
}

const byWords =
  (hash: (words: Uint32Array) => number): Hash =>
  ({ words }) =>
    words.map(hash);

/** A secret start, then multiply and shift: looks random, and flipped top bits cancel whatever the start is. */
const multiplyAndShift = (start: number) =>
  byWords((words) => {
    let hash = start;
    for (const word of words) {
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash ^ (hash >>> 13);
  });
const sum = byWords((words) => words.reduce((total, word) => (total + word) | 0, 0));
const withoutInterval = byWords((words) => words.subarray(0, -1).reduce((total, word) => mix(total ^ word), 1));

function makeKeys(family: Family, fill: (packets: PacketBatch, row: number) => void, seconds = 0, count = KEYS): Keys {
  const packets = createPacketBatch(family, count);
  packets.length = count;
  packets.protocol.fill(6);
  packets.tcpFlags.fill(2);
  packets.ttl.fill(64);
  packets.ipLength.fill(40);
  for (let row = 0; row < count; row++) fill(packets, row);
  const interval = (row: number) => 1_700_000_000 + row * seconds;
  return { packets, interval, words: Array.from({ length: count }, (_, row) => wordsOf(packets, interval(row), row)) };
}

/** Bits of `row` at the top of each half of addresses and ports: all keys that differ there. */
function topBits(packets: PacketBatch, row: number, bitsEach: number): void {
  const halves = new Uint32Array(16);
  for (let bit = 0; bit < KEY_BITS; bit++)
    if ((row & (1 << bit)) !== 0) halves[Math.floor(bit / bitsEach)]! |= 0x8000 >> (bit % bitsEach);
  const words = packets.family === 4 ? 1 : 4;
  const wordAt = (half: number) => ((halves[half]! << 16) | halves[half + 1]!) >>> 0;
  for (let word = 0; word < words; word++) {
    packets.source[row * words + word] = wordAt(word * 2);
    packets.target[row * words + word] = wordAt((words + word) * 2);
  }
  if (words === 4) return;
  packets.sourcePort[row] = halves[4]!;
  packets.targetPort[row] = halves[5]!;
  packets.ipLength[row] = halves[6]!;
}

/** Pairs of flipped bits in words that follow each other: the top bit, and where multiplying and shifting moves it. */
function cancellingBits(packets: PacketBatch, row: number): void {
  const words = new Uint32Array(8);
  for (let pair = 0; pair < 7; pair++) {
    if ((row & (1 << pair)) === 0) continue;
    words[pair]! ^= 0x80000000;
    words[pair + 1]! ^= 0x80010000;
  }
  packets.source.set(words.subarray(0, 4), row * 4);
  packets.target.set(words.subarray(4), row * 4);
  packets.sourcePort[row] = row >>> 7;
}

/** Keys that fall into few slots under one seed, found by trying. */
function meetingUnderSeed(seed: number): Keys {
  const slots = 256;
  const found: number[] = [];
  for (let first = 0; found.length < 2_048; first += KEYS) {
    const tried = makeKeys(4, (packets, row) => {
      packets.source[row] = Math.imul(first + row, 0x9e3779b1);
    });
    const hashes = flowHash(seed)(tried);
    for (let row = 0; row < KEYS; row++)
      if ((hashes[row]! & (SLOTS - 1)) < slots) found.push(tried.packets.source[row]!);
  }
  const fill = (packets: PacketBatch, row: number) => {
    packets.source[row] = found[row]!;
  };
  return makeKeys(4, fill, 0, found.length);
}

interface Attack {
  name: string;
  keys: Keys;
  /** A hash that it succeeds against. */
  weak: Hash;
}

const set = (name: 'source' | 'target' | 'ipLength' | 'sourcePort' | 'targetPort', step: number): Keys =>
  makeKeys(4, (packets, row) => {
    packets[name][row] = Math.imul(row, step);
  });

const attacks: readonly Attack[] = [
  { name: 'sources in a row', keys: set('source', 1), weak: byWords((words) => words[0]! >>> 16) },
  { name: 'sources at a distance of 2^16', keys: set('source', 1 << 16), weak: sum },
  { name: 'targets at a distance of 2^16', keys: set('target', 1 << 16), weak: sum },
  { name: 'targets at an odd distance', keys: set('target', 0x10001), weak: byWords((words) => words[1]! >>> 27) },
  { name: 'source ports in a row', keys: set('sourcePort', 1), weak: sum },
  { name: 'target ports in a row', keys: set('targetPort', 1), weak: byWords((words) => words[2]! >>> 8) },
  { name: 'lengths in a row', keys: set('ipLength', 1), weak: byWords((words) => words[4]! >>> 8) },
  {
    name: 'protocols and TTLs in a row',
    keys: makeKeys(4, (packets, row) => {
      packets.protocol[row] = row;
      packets.ttl[row] = row >>> 8;
    }),
    weak: sum,
  },
  {
    name: 'flags and TTLs in a row',
    keys: makeKeys(4, (packets, row) => {
      packets.tcpFlags[row] = row;
      packets.ttl[row] = row >>> 8;
    }),
    weak: sum,
  },
  {
    name: 'fields that go up while others go down',
    keys: makeKeys(4, (packets, row) => {
      packets.source[row] = row;
      packets.target[row] = KEYS - row;
    }),
    weak: sum,
  },
  ...[0, 1, 2, 3].map((word) => ({
    name: `word ${word} of IPv6 sources`,
    keys: makeKeys(6, (packets, row) => {
      packets.source[row * 4 + word] = row << 16;
    }),
    weak: sum,
  })),
  {
    name: 'the two top bits of each half, IPv4',
    keys: makeKeys(4, (packets, row) => topBits(packets, row, 2)),
    weak: sum,
  },
  {
    name: 'the top bit of each half, IPv6',
    keys: makeKeys(6, (packets, row) => topBits(packets, row, 1)),
    weak: sum,
  },
  { name: 'top bits that cancel', keys: makeKeys(6, cancellingBits), weak: multiplyAndShift(0x1234567) },
  { name: 'one key in every second', keys: makeKeys(4, () => undefined, 1), weak: withoutInterval },
  { name: 'one key in every hour', keys: makeKeys(4, () => undefined, 3_600), weak: withoutInterval },
  { name: 'one key every 2^16 seconds', keys: makeKeys(4, () => undefined, 65_536), weak: sum },
  { name: 'keys that meet under seed 0', keys: meetingUnderSeed(0), weak: flowHash(0) },
];

describe.for(attacks)('$name', ({ keys, weak }) => {
  test('costs the table of flows no more than random keys', () => {
    for (const seed of seeds) expect(placesOf(flowHash(seed)(keys)), `seed ${seed}`).toBeLessThan(MOST_PLACES);
  });

  test('costs the sets of inspect no more', () => {
    for (const seed of seeds) {
      // Secrets that are the same in each run of the test.
      let state = seed;
      const hash = new WordHash(keys.words[0]!.length, () => (mix(state++ * 0x9e3779b1) >>> 0) / 2 ** 32);
      expect(placesOf(byWords((words) => hash.of(words))(keys)), `seed ${seed}`).toBeLessThan(MOST_PLACES);
    }
  });

  test('succeeds against a weak hash', () => {
    expect(placesOf(weak(keys))).toBeGreaterThan(ATTACKED_PLACES);
  });
});

test('the keys of each attack are different keys', () => {
  for (const { name, keys } of attacks) {
    const rows = keys.words.map((words) => words.join());
    expect(new Set(rows).size, name).toBe(rows.length);
  }
});
