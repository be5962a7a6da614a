/** What may happen to bytes: flipped bits, other bytes, parts that are gone, doubled or of another file, numbers at their edges. */
import { madeLinkTypes } from './made-links.ts';
import type { FuzzRandom } from './random.ts';

type Mutation = (bytes: Uint8Array, random: FuzzRandom, other: Uint8Array) => Uint8Array;

const MAX_RANGE_BYTES = 300;
const edgeNumbers = [
  ...[0, 1, 2, 3, 4, 5, 8, 12, 15, 16, 20, 24, 28, 40, 60, 127, 128, 255, 256, 1500, 1536, 4095, 4096, 32_767, 32_768],
  ...[65_535, 65_536, 262_144, 262_145, 0x7ffffffe, 0x7fffffff, 0x80000000, 0xfffffffc, 0xfffffffe, 0xffffffff],
];

const flipBit: Mutation = (bytes, random) => {
  const at = random.below(bytes.length);
  bytes[at]! ^= 1 << random.below(8);
  return bytes;
};

const setByte: Mutation = (bytes, random) => {
  bytes[random.below(bytes.length)] = random.oneIn(2) ? random.word() : random.pick(edgeNumbers);
  return bytes;
};

/** 16 or 32 bits in either order, at any offset. */
const setNumber: Mutation = (bytes, random) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = random.pick([2, 4]);
  if (bytes.length < size) return bytes;
  const at = random.below(bytes.length - size + 1);
  const little = random.oneIn(2);
  const before = size === 2 ? view.getUint16(at, little) : view.getUint32(at, little);
  const value = random.oneIn(3) ? before + random.between(-8, 8) : random.pick(edgeNumbers);
  if (size === 2) view.setUint16(at, value, little);
  else view.setUint32(at, value, little);
  return bytes;
};

const insert: Mutation = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  return spliced(bytes, at, at, random.bytes(random.between(1, random.pick([1, 2, 4, 8, 40]))));
};

const remove: Mutation = (bytes, random) => {
  const [from, to] = range(bytes, random);
  return spliced(bytes, from, to, new Uint8Array(0));
};

const duplicate: Mutation = (bytes, random) => {
  const [from, to] = range(bytes, random);
  const at = random.below(bytes.length + 1);
  return spliced(bytes, at, at, bytes.slice(from, to));
};

/** A part of another file in place of a part of this one. */
const splice: Mutation = (bytes, random, other) => {
  const [from, to] = range(bytes, random);
  const [otherFrom, otherTo] = range(other, random);
  return spliced(bytes, from, to, other.slice(otherFrom, otherTo));
};

/** The beginning of this file and the end of another. */
const cross: Mutation = (bytes, random, other) =>
  spliced(bytes, random.below(bytes.length + 1), bytes.length, other.slice(random.below(other.length + 1)));

const cut: Mutation = (bytes, random) => bytes.slice(0, random.below(bytes.length + 1));

const fillRange: Mutation = (bytes, random) => {
  const [from, to] = range(bytes, random);
  bytes.fill(random.pick([0, 0xff, random.word() & 0xff]), from, to);
  return bytes;
};

/** The same packets as another link type: in the header of classic pcap, or of a first interface of pcapng behind a short section header. */
const setLinkType: Mutation = (bytes, random) => {
  const isPcapng = bytes.length > 40 && bytes[0] === 0x0a && bytes[3] === 0x0a;
  const at = isPcapng ? 36 : 20;
  if (bytes.length < at + 4) return bytes;
  const little = isPcapng ? bytes[8] === 0x4d : bytes[0] !== 0xa1;
  const linkType = random.pick(madeLinkTypes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isPcapng) view.setUint16(at, linkType, little);
  else view.setUint32(at, linkType, little);
  return bytes;
};

const mutations: readonly Mutation[] = [
  ...[flipBit, flipBit, flipBit, setByte, setByte, setByte, setNumber, setNumber, setNumber, setNumber],
  ...[insert, remove, duplicate, splice, cross, cut, fillRange, setLinkType, setLinkType],
];

/** A changed copy of `original`. `limit` bounds its length. */
export function mutate(original: Uint8Array, other: Uint8Array, random: FuzzRandom, limit: number): Uint8Array {
  let bytes: Uint8Array = original.slice();
  const count = random.oneIn(4) ? random.between(4, 30) : random.between(1, 4);
  for (let done = 0; done < count && bytes.length > 0; done++)
    bytes = random.pick(mutations)(bytes, random, other).subarray(0, limit);
  return bytes.slice();
}

function range(bytes: Uint8Array, random: FuzzRandom): [from: number, to: number] {
  const from = random.below(bytes.length + 1);
  const length = random.below(random.pick([4, 16, 80, MAX_RANGE_BYTES]));
  return [from, Math.min(bytes.length, from + length)];
}

function spliced(bytes: Uint8Array, from: number, to: number, between: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - (to - from) + between.length);
  result.set(bytes.subarray(0, from));
  result.set(between, from);
  result.set(bytes.subarray(to), from + between.length);
  return result;
}
