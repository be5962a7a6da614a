/**
 * The rules that need to know what a source sent before: pairs of packets, and the evidence for all rules that name a tool.
 * Comes after the rules of single packets, over the same batch. With its first match a source becomes known, and from then
 * on its packets are counted; of all others no more is kept than their last SYN.
 */
import { fingerprintRules } from '../../shared/fingerprints.ts';
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { IpProtocol } from '../../shared/protocols.ts';
import { Tag } from '../../shared/tags.ts';
import type { EvidenceBatch } from '../../shared/wire/evidence.ts';
import { mix } from '../flow/flow-keys.ts';
import { EvidenceRows } from './evidence-rows.ts';
import { KnownEvidence } from './known-evidence.ts';
import { FILTER_SHIFT, KnownSources } from './known-sources.ts';
import { LAST_SYN_SHIFT, LastSyns, LastSynWord } from './last-syns.ts';
import { agreement, isShaped, MOST_NMAP_TTL, MSS_ONLY, matchPairs, portsOf } from './pairs.ts';
import { SOURCE_SHIFT, SourceState, SourceWord } from './source-words.ts';
import { firstSyn } from './syn.ts';

const SHIFT = SOURCE_SHIFT;
const STATE = SourceState;
const WORD = SourceWord;
const LAST_SHIFT = LAST_SYN_SHIFT;
const LAST = LastSynWord;

const MSS = MSS_ONLY;
const TTL = MOST_NMAP_TTL;
const FILTER_BIT = FILTER_SHIFT;
const FILTER_WORD = FILTER_SHIFT + 5;

/** Packets that are looked at together: what is read for them stays in the nearest cache. */
const GROUP = 256;
const PACKED = 8;
const DEFAULT_SOURCES = 65_536;
const DEFAULT_LAST_SYNS = 2_048;
const DEFAULT_ROWS = 4_096;

const TOOLS = fingerprintRules
  .filter(({ kind }) => kind === 'tool')
  .reduce((bits, { tag }) => bits | (1 << Tag[tag]), 0);

export interface SourceMemoryOptions {
  /** Makes the hash unpredictable from outside. */
  readonly seed: number;
  /** Sources held at most of which something matched, a power of two. */
  readonly sources?: number;
  /** Last SYNs of others, a power of two. */
  readonly lastSyns?: number;
  /** Rows of evidence held at most. */
  readonly rows?: number;
  /** Takes evidence; the rows are void afterwards. Null where only the bits of pairs are wanted. */
  readonly onEvidence: ((rows: EvidenceBatch) => void) | null;
}

export class SourceMemory {
  readonly #lastSyns: LastSyns;
  readonly #known: KnownSources;
  /** Of each packet of a group: hash, source, target, ports, sequence number, where its source's last SYN is, and whether it is more than a SYN. */
  readonly #packed = new Int32Array(GROUP * PACKED);
  readonly #rows: EvidenceRows | null;
  readonly #evidence: KnownEvidence | null;

  constructor({
    seed,
    sources = DEFAULT_SOURCES,
    lastSyns = DEFAULT_LAST_SYNS,
    rows = DEFAULT_ROWS,
    onEvidence,
  }: SourceMemoryOptions) {
    this.#lastSyns = new LastSyns(lastSyns);
    this.#known = new KnownSources(sources, seed, (place) => this.#evidence?.giveUp(place));
    this.#rows = onEvidence === null ? null : new EvidenceRows(rows, seed, onEvidence);
    this.#evidence = this.#rows === null ? null : new KnownEvidence(this.#known, this.#rows);
  }

  get sourcesHeld(): number {
    return this.#known.held;
  }

  get sourcesGivenUp(): number {
    return this.#known.givenUp;
  }

  get rowsSent(): number {
    return this.#rows?.sent ?? 0;
  }

  /** Sets the bits of rules of pairs, and keeps the evidence of all rules. `bytes` are those of the batch's records. */
  match(batch: PacketBatch, bytes: DataView): void {
    for (let from = 0; from < batch.length; from += GROUP) {
      const to = Math.min(batch.length, from + GROUP);
      this.#readAhead(batch, from, to);
      this.#pack(batch, from, to);
      this.#packKinds(batch, from, to);
      this.#matchGroup(batch, from, to, bytes);
    }
  }

  /**
   * Hashes the sources, and reads what will be asked of them: all of a group in one short loop, since the processor would else
   * wait for one after the other. What was read is kept, or it would not be read.
   */
  #readAhead({ source }: PacketBatch, from: number, to: number): void {
    const packed = this.#packed;
    const { words, mask } = this.#lastSyns;
    const { filter } = this.#known;
    // As 32 bits: else they would be numbers with a fraction to the compiler.
    const [low, high] = [this.#known.low | 0, this.#known.high | 0];
    let read = 0;
    for (let row = from, at = 0; row < to; row++, at += PACKED) {
      const address = source[row]!;
      const hash = mix(Math.imul(address & 0xffff, low) + Math.imul(address >>> 16, high));
      packed[at] = hash;
      packed[at + 1] = address;
      read |= words[(hash & mask) << LAST_SHIFT]! | filter[hash >>> FILTER_WORD]!;
    }
    this.#lastSyns.read = read;
  }

  /** What is asked of each packet goes side by side. Short loops that call nothing: of those the compiler makes the best. */
  #pack({ target, sourcePort, targetPort, tcpSequence }: PacketBatch, from: number, to: number): void {
    const packed = this.#packed;
    for (let row = from, at = 0; row < to; row++, at += PACKED) {
      packed[at + 2] = target[row]!;
      packed[at + 3] = (targetPort[row]! << 16) | sourcePort[row]!;
      packed[at + 4] = tcpSequence[row]!;
    }
  }

  #packKinds({ synOptions, ttl, protocol, tcpFlags, tagsLow }: PacketBatch, from: number, to: number): void {
    const packed = this.#packed;
    const { mask, nowhere } = this.#lastSyns;
    for (let row = from, at = 0; row < to; row++, at += PACKED) {
      const isSyn = firstSyn((tcpFlags[row]! << 8) | protocol[row]!);
      const options = synOptions[row]! ^ MSS;
      const mayBeNmap = ~((options | (0 - options)) >> 31) & ((ttl[row]! - TTL - 1) >> 31) & isSyn;
      packed[at + 5] = (((packed[at]! & mask) << LAST_SHIFT) & isSyn) | (nowhere & ~isSyn);
      packed[at + 6] = (tagsLow[row]! & TOOLS) | (mayBeNmap & 1);
    }
  }

  #matchGroup(batch: PacketBatch, from: number, to: number, bytes: DataView): void {
    const packed = this.#packed;
    const { words, nowhere } = this.#lastSyns;
    const { filter } = this.#known;
    for (let row = from, from8 = 0; row < to; row++, from8 += PACKED) {
      const hash = packed[from8]!;
      const maybe = (filter[hash >>> FILTER_WORD]! >>> (hash >>> FILTER_BIT)) & 1;
      const at = packed[from8 + 5]!;
      const address = packed[from8 + 1]!;
      if ((maybe | packed[from8 + 6]!) !== 0 || (words[at] === address && at !== nowhere)) {
        if ((maybe | (packed[from8 + 6]! & TOOLS)) === 0 || !this.#matchKnown(hash, batch, row, bytes))
          this.#matchSyn(hash, at, batch, row, bytes);
        continue;
      }
      words[at] = address;
      words[at + 1] = packed[from8 + 2]!;
      words[at + 2] = packed[from8 + 3]!;
      words[at + 3] = packed[from8 + 4]!;
    }
  }

  /** A SYN of a source of which nothing matched: one that Nmap may have sent, or whose source sent another of late. */
  #matchSyn(hash: number, at: number, batch: PacketBatch, row: number, bytes: DataView): void {
    if (at === this.#lastSyns.nowhere) return;
    const areShaped = isShaped(batch, row, bytes);
    const { words, nmapFrom, nmapMask } = this.#lastSyns;
    const last = areShaped ? nmapFrom + ((hash & nmapMask) << LAST_SHIFT) : at;
    const isThere = words[last] === (batch.source[row]! | 0);
    const agrees = isThere ? agreement(words, last + LAST.target, batch, row, areShaped) : 0;
    if (agrees > 0) this.#matchPair(hash, agrees, last, batch, row, bytes);
    else if (agrees === 0) {
      words[last + LAST.source] = batch.source[row]!;
      words[last + LAST.target] = batch.target[row]!;
      words[last + LAST.ports] = portsOf(batch, row);
      words[last + LAST.sequence] = batch.tcpSequence[row]!;
    }
  }

  /** A SYN that agrees with the last one of its source, at `last`. */
  #matchPair(hash: number, agrees: number, last: number, batch: PacketBatch, row: number, bytes: DataView): void {
    batch.tagsLow[row]! |= agrees;
    const place = this.#known.add(batch.source[row]!, hash);
    const at = place << SHIFT;
    const { words } = this.#known;
    const isNmap = last >= this.#lastSyns.nmapFrom;
    this.#takeOver(at, last, isNmap);
    words[at + WORD.state]! += STATE.one;
    words[at + WORD.syns] = 1;
    words[at + WORD.nmapPairs] = isNmap ? 1 : 0;
    this.#evidence?.add(place, agrees, batch, row, bytes);
  }

  /** The SYN at `last` is the one that others of the known source are compared with. */
  #takeOver(at: number, last: number, isShaped: boolean): void {
    const { words } = this.#lastSyns;
    const known = this.#known.words;
    known[at + WORD.target] = words[last + LAST.target]!;
    known[at + WORD.ports] = words[last + LAST.ports]!;
    known[at + WORD.sequence] = words[last + LAST.sequence]!;
    known[at + WORD.state]! |= STATE.isThere | (isShaped ? STATE.isShaped : 0);
  }

  /** A packet that matched, or one whose source is known. False where neither is so. */
  #matchKnown(hash: number, batch: PacketBatch, row: number, bytes: DataView): boolean {
    const known = this.#known;
    const { words } = known;
    const address = batch.source[row]!;
    let place = known.find(address, hash);
    let tags = batch.tagsLow[row]! & TOOLS;
    if (place < 0) {
      if (tags === 0) return false;
      place = this.#known.add(address, hash);
    } else countSighting(words, place);
    const at = place << SHIFT;
    const carried = batch.protocol[row]!;
    if (firstSyn((batch.tcpFlags[row]! << 8) | carried) !== 0) {
      words[at + WORD.syns]!++;
      // A packet that another rule has named is no part of a run: Mirai's number, for one, is the target, and agrees in everything.
      if (tags === 0) {
        matchPairs(words, at, batch, row, bytes);
        tags = batch.tagsLow[row]! & TOOLS;
      }
    } else if (carried === IpProtocol.udp) words[at + WORD.datagrams]!++;
    else if (tags !== 0) this.#evidence?.addOther(place);
    if (tags !== 0) this.#evidence?.add(place, tags, batch, row, bytes);
    return true;
  }

  /** Sends all evidence that is new. */
  flush(): void {
    this.#evidence?.send();
  }
}

function countSighting(words: Uint32Array, place: number): void {
  const at = (place << SHIFT) + WORD.state;
  const state = words[at]!;
  if ((state & STATE.weight) < STATE.weight) words[at] = state + 1;
}
