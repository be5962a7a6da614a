/**
 * The rules that need to know what a source sent before: pairs of packets, and the evidence for all rules that name a tool.
 * Comes after the rules of single packets, over the same batch.
 */
import { fingerprintRules } from '../../shared/fingerprints.ts';
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { IpProtocol, TcpFlag } from '../../shared/protocols.ts';
import { Tag } from '../../shared/tags.ts';
import { type EvidenceBatch, MAX_PROOF_PACKETS } from '../../shared/wire/evidence.ts';
import { EvidenceRows } from './evidence-rows.ts';
import { matchPairs, pairKey } from './pairs.ts';
import { SOURCE_SHIFT, SourceTable, SourceWord } from './source-table.ts';

const DEFAULT_SOURCES = 65_536;
const DEFAULT_ROWS = 4_096;
/** One more than the highest tag of which there is evidence: two bits a tag are kept in one word. */
const TAGS = 16;
/** Counts begin anew beyond this: a word holds twice as much. */
const MOST_COUNTED = 2 ** 31;
const SYN_MASK = TcpFlag.syn | TcpFlag.ack | TcpFlag.rst;

const toolTags = fingerprintRules.filter(({ kind }) => kind === 'tool').map(({ tag }) => Tag[tag]);
const TOOLS = toolTags.reduce((bits, tag) => bits | (1 << tag), 0);
const MIRAI = 1 << Tag.mirai;

/** Which packets, or pairs, a rule is asked about. */
const countsOfTag: readonly (readonly number[])[] = Array.from({ length: TAGS }, (_, tag) => {
  if (tag === Tag.nmapSyn) return [SourceWord.nmapPairs];
  if (tag === Tag.unicornscan) return [SourceWord.unicornscanPairs];
  if (tag === Tag.zmapLegacyUdp) return [SourceWord.datagrams];
  return tag === Tag.nmapOs ? [SourceWord.syns, SourceWord.others] : [SourceWord.syns];
});

export interface SourceMemoryOptions {
  /** Makes the hash unpredictable from outside. */
  readonly seed: number;
  /** Sources held at most, a power of two. */
  readonly sources?: number;
  /** Rows of evidence held at most. */
  readonly rows?: number;
  /** Takes evidence; the rows are void afterwards. Null where only the bits of pairs are wanted. */
  readonly onEvidence: ((rows: EvidenceBatch) => void) | null;
}

export class SourceMemory {
  readonly #table: SourceTable;
  readonly #rows: EvidenceRows | null;
  /** By place and tag: packets that matched, and packets that did not and were told. */
  readonly #matched: Uint32Array;
  readonly #told: Uint32Array;

  constructor({ seed, sources = DEFAULT_SOURCES, rows = DEFAULT_ROWS, onEvidence }: SourceMemoryOptions) {
    this.#table = new SourceTable(sources, seed, (place) => this.#giveUp(place));
    this.#rows = onEvidence === null ? null : new EvidenceRows(rows, seed, onEvidence);
    this.#matched = new Uint32Array(onEvidence === null ? 0 : sources * TAGS);
    this.#told = new Uint32Array(this.#matched.length);
  }

  get sourcesHeld(): number {
    return this.#table.held;
  }

  get sourcesGivenUp(): number {
    return this.#table.givenUp;
  }

  get rowsSent(): number {
    return this.#rows?.sent ?? 0;
  }

  /** Sets the bits of rules of pairs, and keeps the evidence of all rules. `bytes` are those of the batch's records. */
  match(batch: PacketBatch, bytes: DataView): void {
    const { length, protocol, tcpFlags, tagsLow, source } = batch;
    const table = this.#table;
    const { words } = table;
    const keepsEvidence = this.#rows !== null;
    for (let row = 0; row < length; row++) {
      const carried = protocol[row]!;
      let count: number = SourceWord.others;
      if (carried === IpProtocol.tcp) {
        if ((tcpFlags[row]! & SYN_MASK) === TcpFlag.syn) count = SourceWord.syns;
        else if (!keepsEvidence || (tagsLow[row]! & TOOLS) === 0) continue;
      } else if (carried === IpProtocol.udp && keepsEvidence) count = SourceWord.datagrams;
      else continue;
      const place = table.find(source[row]!);
      words[(place << SOURCE_SHIFT) + count]!++;
      // Mirai's number is the target: two of its packets to one target would agree in everything.
      if (count === SourceWord.syns && (tagsLow[row]! & MIRAI) === 0) matchPairs(words, place, batch, row, bytes);
      if (keepsEvidence && (tagsLow[row]! & TOOLS) !== 0) this.#note(place, batch, row, bytes);
    }
  }

  #note(place: number, batch: PacketBatch, packet: number, bytes: DataView): void {
    const { words, addresses } = this.#table;
    const seconds = batch.seconds[packet]! + batch.nanoseconds[packet]! / 1e9;
    for (let bits = batch.tagsLow[packet]! & TOOLS; bits !== 0; bits &= bits - 1) {
      const tag = 31 - Math.clz32(bits & -bits);
      const hint = (place << SOURCE_SHIFT) + SourceWord.row;
      const row = this.#rows!.find(addresses[place]!, tag, this.#keyOf(place, tag, batch, packet), words[hint]! - 1);
      words[hint] = row + 1;
      this.#rows!.addMatch(row, seconds);
      this.#matched[place * TAGS + tag]!++;
      words[(place << SOURCE_SHIFT) + SourceWord.matched]! |= 1 << tag;
      this.#table.keep(place);
      const at = (place << SOURCE_SHIFT) + SourceWord.proofs;
      const kept = (words[at]! >>> (tag * 2)) & 3;
      if (kept < MAX_PROOF_PACKETS && this.#rows!.addProof(row, seconds, batch, packet, bytes))
        words[at]! += 1 << (tag * 2);
    }
  }

  #keyOf(place: number, tag: number, batch: PacketBatch, row: number): number {
    // Drawn once when a bot starts.
    if (tag === Tag.mirai) return ((batch.sourcePort[row]! << 16) | batch.tcpWindow[row]!) >>> 0;
    if (tag === Tag.nmapSyn || tag === Tag.unicornscan) return pairKey(this.#table.words, place, tag, batch, row);
    return 0;
  }

  /** Sends all evidence that is new. */
  flush(): void {
    if (this.#rows === null) return;
    const { words, places } = this.#table;
    for (let place = 0; place < places; place++)
      if (words[(place << SOURCE_SHIFT) + SourceWord.matched] !== 0) this.#tellMisses(place);
    this.#rows.send();
  }

  /** What did not match belongs to the odds as well; of sources without any match nobody asks. */
  #tellMisses(place: number): void {
    const { words, addresses } = this.#table;
    const at = place << SOURCE_SHIFT;
    for (let bits = words[at + SourceWord.matched]!; bits !== 0; bits &= bits - 1) {
      const tag = 31 - Math.clz32(bits & -bits);
      let asked = 0;
      for (const count of countsOfTag[tag]!) asked += words[at + count]!;
      const misses = asked - this.#matched[place * TAGS + tag]! - this.#told[place * TAGS + tag]!;
      if (misses === 0) continue;
      this.#rows!.addMisses(this.#rows!.find(addresses[place]!, tag, 0), misses);
      this.#told[place * TAGS + tag]! += misses;
    }
    if (words[at + SourceWord.syns]! + words[at + SourceWord.datagrams]! > MOST_COUNTED) this.#beginAnew(place);
  }

  #giveUp(place: number): void {
    if (this.#rows === null || this.#table.words[(place << SOURCE_SHIFT) + SourceWord.matched] === 0) return;
    this.#tellMisses(place);
    this.#matched.fill(0, place * TAGS, (place + 1) * TAGS);
    this.#told.fill(0, place * TAGS, (place + 1) * TAGS);
  }

  #beginAnew(place: number): void {
    const at = place << SOURCE_SHIFT;
    this.#table.words.fill(0, at, at + SourceWord.target);
    this.#table.words[at + SourceWord.matched] = 0;
    this.#matched.fill(0, place * TAGS, (place + 1) * TAGS);
    this.#told.fill(0, place * TAGS, (place + 1) * TAGS);
  }
}
