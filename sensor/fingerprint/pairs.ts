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
import { SOURCE_SHIFT, SourceWord } from './source-table.ts';
import { optionsAt } from './syn.ts';

/** Of the state's word: strength below, then whether there is a SYN, and whether Nmap could have sent it. */
const STRENGTH = 0xff;
/** A new run is seen at the latest after so many SYNs and one. */
const MAX_STRENGTH = 7;
const IS_THERE = 0x100;
const IS_SHAPED = 0x200;

const MSS_ONLY = parseTcpOptions('mss')!;
const MSS_1460 = 0x020405b4;
const MOST_TTL = 64;
/** The window is 1024; old versions draw it from the first four multiples. */
const WINDOW_STEP = 1_024;
const MOST_WINDOW = 4 * WINDOW_STEP;

/** Sets the bits of the rules by which the SYN of `row` agrees with an earlier one of the source at `place`. */
export function matchPairs(words: Uint32Array, place: number, batch: PacketBatch, row: number, bytes: DataView): void {
  const at = place << SOURCE_SHIFT;
  const state = words[at + SourceWord.state]!;
  const shape = isShaped(batch, row, bytes) ? IS_SHAPED : 0;
  if (state === 0) {
    remember(words, at, batch, row, shape);
    return;
  }
  const target = batch.target[row]! ^ words[at + SourceWord.target]!;
  const ports = portsOf(batch, row) ^ words[at + SourceWord.ports]!;
  const sequence = batch.tcpSequence[row]! ^ words[at + SourceWord.sequence]!;
  // The same packet once more, whatever port it comes from: every stack says again what was not answered.
  if (sequence === 0 && target === 0 && ports >>> 16 === 0) return;
  let agrees = 0;
  if ((state & shape) !== 0) {
    words[at + SourceWord.nmapPairs]!++;
    if (sequence >>> 16 === (sequence & 0xffff)) agrees = 1 << Tag.nmapSyn;
  }
  // Ports must differ: the target is the number of Mirai and its kin, and of whoever copies it.
  if (ports !== 0 && sequence !== 0) {
    words[at + SourceWord.unicornscanPairs]!++;
    const hidden = sequence ^ ports;
    if (hidden === target || hidden === swapped(target)) agrees |= 1 << Tag.unicornscan;
  }
  if (agrees !== 0) {
    batch.tagsLow[row]! |= agrees;
    if ((state & STRENGTH) < MAX_STRENGTH) words[at + SourceWord.state] = state + 1;
  } else if ((state & STRENGTH) === 0) remember(words, at, batch, row, shape);
  else words[at + SourceWord.state] = state - 1;
}

function remember(words: Uint32Array, at: number, batch: PacketBatch, row: number, shape: number): void {
  words[at + SourceWord.target] = batch.target[row]!;
  words[at + SourceWord.ports] = portsOf(batch, row);
  words[at + SourceWord.sequence] = batch.tcpSequence[row]!;
  words[at + SourceWord.state] = IS_THERE | shape;
}

/** Target port above, source port below. */
function portsOf({ targetPort, sourcePort }: PacketBatch, row: number): number {
  return (targetPort[row]! << 16) | sourcePort[row]!;
}

/** Whether Nmap could have sent it: others whose numbers never change would be taken for Nmap. A number of 0 is theirs, too. */
function isShaped(batch: PacketBatch, row: number, bytes: DataView): boolean {
  if (batch.synOptions[row] !== MSS_ONLY || batch.ttl[row]! > MOST_TTL || batch.tcpSequence[row] === 0) return false;
  const window = batch.tcpWindow[row]!;
  if (window === 0 || window > MOST_WINDOW || window % WINDOW_STEP !== 0) return false;
  const options = optionsAt(bytes, batch.headerOffset[row]!, batch.transportBytes[row]!, 4);
  return options >= 0 && bytes.getUint32(options) === MSS_1460;
}

/** What the packets that agree have in common: the number of Nmap's first tries, Unicornscan's key. */
export function pairKey(words: Uint32Array, place: number, tag: number, batch: PacketBatch, row: number): number {
  const at = place << SOURCE_SHIFT;
  if (tag === Tag.nmapSyn) return words[at + SourceWord.sequence]!;
  // The source was compared with the SYN that still stands there, since whoever agrees does not take its place.
  const hidden = batch.tcpSequence[row]! ^ portsOf(batch, row);
  const target = batch.target[row]!;
  const difference =
    hidden ^ words[at + SourceWord.sequence]! ^ words[at + SourceWord.ports]! ^ words[at + SourceWord.target]!;
  return (hidden ^ ((difference ^ target) === 0 ? target : swapped(target))) >>> 0;
}

function swapped(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
