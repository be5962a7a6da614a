/** What rules found about sources, in memory, bounded: as EvidenceStore has it of one session. */
import { type EvidenceBatch, MAX_PROOF_PACKETS, type ProofPacket, readProofs } from '../../../shared/wire/evidence.ts';
import type { EvidenceAccount, RuleEvidence } from '../stores.ts';

/** Of different sources, rules and keys: several times as many as a sensor remembers sources. */
const MOST_ROWS = 262_144;
/** Two keys' worth. */
const MOST_PACKETS = 2 * MAX_PROOF_PACKETS;

interface Found {
  readonly tag: number;
  readonly key: number;
  matched: number;
  candidates: number;
  firstSeconds: number;
  lastSeconds: number;
  /** Oldest first. */
  packets: ProofPacket[];
}

export class MemoryEvidence {
  /** Packets that rules matched, in all that came. */
  matched = 0;
  #givenUp = 0;
  /** By source, as text. */
  readonly #found = new Map<string, Found[]>();
  #rows = 0;
  readonly #mostRows: number;

  constructor(mostRows = MOST_ROWS) {
    this.#mostRows = mostRows;
  }

  /** Copies. */
  add(rows: EvidenceBatch): void {
    const proofs = new Map<number, ProofPacket[]>();
    readProofs(rows, (row, packets) => proofs.set(row, packets.map(copyOf)));
    for (let row = 0; row < rows.length; row++) this.#addRow(rows, row, proofs.get(row) ?? []);
  }

  #addRow(rows: EvidenceBatch, row: number, packets: readonly ProofPacket[]): void {
    const found = this.#placeOf(rows, row);
    this.matched += rows.matched[row]!;
    if (found === null) {
      this.#givenUp += rows.matched[row]!;
      return;
    }
    found.candidates += rows.candidates[row]!;
    if (rows.matched[row] === 0) return;
    found.firstSeconds =
      found.matched === 0 ? rows.firstSeconds[row]! : Math.min(found.firstSeconds, rows.firstSeconds[row]!);
    found.lastSeconds = Math.max(found.lastSeconds, rows.lastSeconds[row]!);
    found.matched += rows.matched[row]!;
    found.packets = [...found.packets, ...packets].sort((a, b) => a.seconds - b.seconds).slice(0, MOST_PACKETS);
  }

  /** Null where there is no room for another. */
  #placeOf({ source, tag, key }: EvidenceBatch, row: number): Found | null {
    const name = nameOf(source.subarray(row * 4, row * 4 + 4));
    const ofSource = this.#found.get(name) ?? [];
    const known = ofSource.find((found) => found.tag === tag[row] && found.key === key[row]);
    if (known !== undefined || this.#rows === this.#mostRows) return known ?? null;
    const found: Found = {
      tag: tag[row]!,
      key: key[row]!,
      matched: 0,
      candidates: 0,
      firstSeconds: 0,
      lastSeconds: 0,
      packets: [],
    };
    ofSource.push(found);
    this.#found.set(name, ofSource);
    this.#rows++;
    return found;
  }

  /** By tag. Four words; an IPv4 address as ::ffff:a.b.c.d. */
  of(source: Uint32Array): RuleEvidence[] {
    const all = this.#found.get(nameOf(source)) ?? [];
    const tags = [...new Set(all.map(({ tag }) => tag))].sort((a, b) => a - b);
    return tags.map((tag) => evidenceOf(all.filter((found) => found.tag === tag)));
  }

  /** In packets that matched, counted anew. */
  account(): EvidenceAccount {
    let present = 0;
    for (const ofSource of this.#found.values()) for (const { matched } of ofSource) present += matched;
    return { present, expired: 0, givenUp: this.#givenUp };
  }
}

/** Of one rule, by its keys. */
function evidenceOf(found: readonly Found[]): RuleEvidence {
  const matched = found.filter((each) => each.matched > 0).sort((a, b) => b.matched - a.matched || a.key - b.key);
  const sum = (name: 'matched' | 'candidates') => found.reduce((all, each) => all + each[name], 0);
  return {
    tag: found[0]!.tag,
    matched: sum('matched'),
    candidates: sum('candidates'),
    firstSeconds: matched.length === 0 ? 0 : Math.min(...matched.map(({ firstSeconds }) => firstSeconds)),
    lastSeconds: Math.max(0, ...matched.map(({ lastSeconds }) => lastSeconds)),
    keys: matched.length,
    packets: matched.flatMap(({ packets }) => packets).slice(0, MOST_PACKETS),
  };
}

const nameOf = (words: Uint32Array) => String.fromCharCode(...new Uint16Array(Uint32Array.from(words).buffer));
const copyOf = ({ seconds, bytes }: ProofPacket): ProofPacket => ({ seconds, bytes: Uint8Array.from(bytes) });
