/**
 * Rules of pairs: what the sequence numbers of one source's SYNs have in common. Each SYN is compared with one earlier SYN
 * of the same source, the one that most agree with (Boyer and Moore's majority vote: who agrees with it strengthens it, who
 * does not weakens it, and takes its place when it has no strength left).
 *
 * Nmap -sS writes the number of the try into the bytes 0 and 2 of a number that is drawn once a run: two of its numbers
 * differ by the same 16 bits in both halves, or not at all. Unicornscan's number is a key ^ target ^ ports.
 */
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { Tag } from '../../shared/tags.ts';
import { parseTcpOptions } from '../../shared/tcp-options.ts';
import { SourceState, SourceWord } from './source-words.ts';
import { optionsAt } from './syn.ts';

const STATE = SourceState;
const WORD = SourceWord;

export const MSS_ONLY = parseTcpOptions('mss')!;
const MSS_1460 = 0x020405b4;
export const MOST_NMAP_TTL = 64;
/** The window is 1024; old versions draw it from the first four multiples. */
const WINDOW_STEP = 1_024;
const MOST_WINDOW = 4 * WINDOW_STEP;

/** Sets the bits of the rules by which the SYN of `row` agrees with an earlier one of the source whose words begin at `at`. */
export function matchPairs(words: Uint32Array, at: number, batch: PacketBatch, row: number, bytes: DataView): void {
  const state = words[at + WORD.state]!;
  const shape = isShaped(batch, row, bytes) ? STATE.isShaped : 0;
  if ((state & STATE.isThere) === 0) {
    remember(words, at, batch, row, shape);
    return;
  }
  const areShaped = (state & shape) !== 0;
  const agrees = agreement(words, at + WORD.target, batch, row, areShaped);
  if (agrees < 0) return;
  if (areShaped) words[at + WORD.nmapPairs]!++;
  if (agrees !== 0) {
    batch.tagsLow[row]! |= agrees;
    if ((state & STATE.strength) < STATE.strength) words[at + WORD.state] = state + STATE.one;
  } else if ((state & STATE.strength) === 0) remember(words, at, batch, row, shape);
  else words[at + WORD.state] = state - STATE.one;
}

/**
 * The bits of the rules by which a SYN agrees with an earlier one, of which target, ports and sequence number are the words
 * from `at` on; -1 for the same packet once more. Nmap could have sent both only if both `areShaped`.
 */
export function agreement(
  words: Uint32Array | Int32Array,
  at: number,
  batch: PacketBatch,
  row: number,
  areShaped: boolean,
): number {
  const target = batch.target[row]! ^ words[at]!;
  const ports = portsOf(batch, row) ^ words[at + 1]!;
  const sequence = batch.tcpSequence[row]! ^ words[at + 2]!;
  // Whatever port it comes from: every stack says again what was not answered.
  if (sequence === 0 && target === 0 && ports >>> 16 === 0) return -1;
  const agrees = areShaped && sequence >>> 16 === (sequence & 0xffff) ? 1 << Tag.nmapSyn : 0;
  // Ports must differ: the target is the number of Mirai and its kin, and of whoever copies it.
  const hidden = sequence ^ ports;
  const isUnicornscan = ports !== 0 && sequence !== 0 && (hidden === target || hidden === swapped(target));
  return isUnicornscan ? agrees | (1 << Tag.unicornscan) : agrees;
}

function remember(words: Uint32Array, at: number, batch: PacketBatch, row: number, shape: number): void {
  words[at + WORD.target] = batch.target[row]!;
  words[at + WORD.ports] = portsOf(batch, row);
  words[at + WORD.sequence] = batch.tcpSequence[row]!;
  words[at + WORD.state] = (words[at + WORD.state]! & STATE.weight) | STATE.isThere | shape;
}

/** Target port above, source port below. */
export function portsOf({ targetPort, sourcePort }: PacketBatch, row: number): number {
  return (targetPort[row]! << 16) | sourcePort[row]!;
}

/** Whether Nmap could have sent it: others whose numbers never change would be taken for Nmap. A number of 0 is theirs, too. */
export function isShaped(batch: PacketBatch, row: number, bytes: DataView): boolean {
  if (batch.synOptions[row] !== MSS_ONLY || batch.ttl[row]! > MOST_NMAP_TTL || batch.tcpSequence[row] === 0)
    return false;
  const window = batch.tcpWindow[row]!;
  if (window === 0 || window > MOST_WINDOW || window % WINDOW_STEP !== 0) return false;
  const options = optionsAt(bytes, batch.headerOffset[row]!, batch.transportBytes[row]!, 4);
  return options >= 0 && bytes.getUint32(options) === MSS_1460;
}

/** What the packets that agree have in common: the number of Nmap's first tries, Unicornscan's key. */
export function pairKey(words: Uint32Array, at: number, tag: number, batch: PacketBatch, row: number): number {
  if (tag === Tag.nmapSyn) return words[at + WORD.sequence]!;
  // The source was compared with the SYN that still stands there, since whoever agrees does not take its place.
  const hidden = batch.tcpSequence[row]! ^ portsOf(batch, row);
  const target = batch.target[row]!;
  const difference = hidden ^ words[at + WORD.sequence]! ^ words[at + WORD.ports]! ^ words[at + WORD.target]!;
  return (hidden ^ ((difference ^ target) === 0 ? target : swapped(target))) >>> 0;
}

function swapped(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
