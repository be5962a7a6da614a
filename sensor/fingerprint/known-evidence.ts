/**
 * The evidence about known sources. The first packets of a source and rule go to their row at once, with their headers as
 * proof; of later ones those in a row with one key are summed at the source's place, and go to their row when another comes
 * or rows are sent: a source that scans costs one line of the processor's cache a packet.
 */
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { Tag } from '../../shared/tags.ts';
import { MAX_PROOF_PACKETS } from '../../shared/wire/evidence.ts';
import type { EvidenceRows } from './evidence-rows.ts';
import type { KnownSources } from './known-sources.ts';
import { pairKey } from './pairs.ts';
import { SOURCE_SHIFT, SourceWord } from './source-words.ts';

const SHIFT = SOURCE_SHIFT;
const WORD = SourceWord;

/** One more than the highest tag of which there is evidence: two bits a tag are kept in one word, and four bits hold a tag. */
const TAG_BITS = 4;
const TAGS = 1 << TAG_BITS;
/** Of the counts of a place: no tag is 0. */
const OTHERS = 0;
const MOST_PENDING = 2 ** (32 - TAG_BITS) - 1;
/** Counts begin anew beyond this: a word holds twice as much. */
const MOST_COUNTED = 2 ** 31;

export class KnownEvidence {
  readonly #sources: KnownSources;
  readonly #rows: EvidenceRows;
  readonly #words: Uint32Array;
  /** The same memory: for times. */
  readonly #doubles: Float64Array;
  /** By place and tag: packets that matched, and packets that did not and were told. */
  readonly #matched: Uint32Array;
  readonly #told: Uint32Array;

  constructor(sources: KnownSources, rows: EvidenceRows) {
    this.#sources = sources;
    this.#rows = rows;
    this.#words = sources.words;
    this.#doubles = new Float64Array(sources.words.buffer);
    this.#matched = new Uint32Array(sources.places * TAGS);
    this.#told = new Uint32Array(sources.places * TAGS);
  }

  /** A packet with a tag that is neither a SYN nor a datagram. */
  addOther(place: number): void {
    this.#matched[place * TAGS + OTHERS]!++;
  }

  /** A packet of the source at `place` that has these tags. */
  add(place: number, tags: number, batch: PacketBatch, packet: number, bytes: DataView): void {
    for (let bits = tags; bits !== 0; bits &= bits - 1) {
      const tag = 31 - Math.clz32(bits & -bits);
      this.#addTag(place, tag, batch, packet, bytes);
    }
  }

  #addTag(place: number, tag: number, batch: PacketBatch, packet: number, bytes: DataView): void {
    const words = this.#words;
    const at = place << SHIFT;
    const seconds = batch.seconds[packet]! + batch.nanoseconds[packet]! / 1e9;
    const key = keyOf(words, at, tag, batch, packet);
    const kept = (words[at + WORD.proofs]! >>> (tag * 2)) & 3;
    if (kept < MAX_PROOF_PACKETS) {
      const row = this.#rows.find(words[at + WORD.address]!, tag, key);
      this.#rows.addMatches(row, 1, seconds, seconds);
      this.#matched[place * TAGS + tag]!++;
      words[at + WORD.matched]! |= 1 << tag;
      if (this.#rows.addProof(row, seconds, batch, packet, bytes)) words[at + WORD.proofs]! += 1 << (tag * 2);
      return;
    }
    const pending = words[at + WORD.pending]!;
    const first = (at + WORD.pendingFirst) >> 1;
    const doubles = this.#doubles;
    if ((pending & (TAGS - 1)) === tag && words[at + WORD.pendingKey] === key && pending >>> TAG_BITS < MOST_PENDING) {
      words[at + WORD.pending] = pending + TAGS;
      // Captures are not always in order.
      if (seconds < doubles[first]!) doubles[first] = seconds;
      if (seconds > doubles[first + 1]!) doubles[first + 1] = seconds;
      return;
    }
    this.#settle(place);
    words[at + WORD.pending] = TAGS | tag;
    words[at + WORD.pendingKey] = key;
    doubles[first] = doubles[first + 1] = seconds;
  }

  /** What is summed at the place goes to its row. */
  #settle(place: number): void {
    const words = this.#words;
    const at = place << SHIFT;
    const pending = words[at + WORD.pending]!;
    if (pending === 0) return;
    const [tag, count] = [pending & (TAGS - 1), pending >>> TAG_BITS];
    const first = (at + WORD.pendingFirst) >> 1;
    const row = this.#rows.find(words[at + WORD.address]!, tag, words[at + WORD.pendingKey]!);
    this.#rows.addMatches(row, count, this.#doubles[first]!, this.#doubles[first + 1]!);
    this.#matched[place * TAGS + tag]! += count;
    words[at + WORD.pending] = 0;
  }

  /** Sends all evidence that is new. */
  send(): void {
    for (let place = 0; place < this.#sources.held; place++) this.#tell(place);
    this.#rows.send();
  }

  /** What did not match belongs to the odds as well. */
  #tell(place: number): void {
    this.#settle(place);
    const words = this.#words;
    const at = place << SHIFT;
    for (let bits = words[at + WORD.matched]!; bits !== 0; bits &= bits - 1) {
      const tag = 31 - Math.clz32(bits & -bits);
      const misses = this.#asked(place, tag) - this.#matched[place * TAGS + tag]! - this.#told[place * TAGS + tag]!;
      if (misses === 0) continue;
      this.#rows.addMisses(this.#rows.find(words[at + WORD.address]!, tag, 0), misses);
      this.#told[place * TAGS + tag]! += misses;
    }
    if (words[at + WORD.syns]! + words[at + WORD.datagrams]! > MOST_COUNTED) this.#beginAnew(place);
  }

  /** How many packets, or pairs, of the source a rule was asked about. */
  #asked(place: number, tag: number): number {
    const at = place << SHIFT;
    if (tag === Tag.nmapSyn) return this.#words[at + WORD.nmapPairs]!;
    if (tag === Tag.zmapLegacyUdp) return this.#words[at + WORD.datagrams]!;
    const others = tag === Tag.nmapOs ? this.#matched[place * TAGS + OTHERS]! : 0;
    return this.#words[at + WORD.syns]! + others;
  }

  /** The source makes room: what is new about it is told, and all of it forgotten. */
  giveUp(place: number): void {
    this.#tell(place);
    this.#forgetCounts(place);
  }

  #beginAnew(place: number): void {
    const at = place << SHIFT;
    this.#words[at + WORD.syns] = this.#words[at + WORD.datagrams] = 0;
    this.#words[at + WORD.nmapPairs] = this.#words[at + WORD.matched] = 0;
    this.#forgetCounts(place);
  }

  #forgetCounts(place: number): void {
    this.#matched.fill(0, place * TAGS, (place + 1) * TAGS);
    this.#told.fill(0, place * TAGS, (place + 1) * TAGS);
  }
}

/** What the matching packets have in common; 0 for rules that have no such thing. */
function keyOf(words: Uint32Array, at: number, tag: number, batch: PacketBatch, row: number): number {
  // Drawn once when a bot starts.
  if (tag === Tag.mirai) return ((batch.sourcePort[row]! << 16) | batch.tcpWindow[row]!) >>> 0;
  if (tag === Tag.nmapSyn || tag === Tag.unicornscan) return pairKey(words, at, tag, batch, row);
  return 0;
}
