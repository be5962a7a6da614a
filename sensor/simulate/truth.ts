/** What really happened: kept for each actor while packets are made, to measure by what others conclude from them. */
import { fingerprintRules } from '../../shared/fingerprints.ts';
import { protocolName } from '../../shared/protocols.ts';
import type { TagName } from '../../shared/tags.ts';
import type { Actor } from './kind.ts';
import type { Frame } from './packet/frame.ts';
import { sourceText } from './sources.ts';

/** One actor as far as it has sent; actors that have not are left out. */
export interface TruthActor {
  readonly id: number;
  readonly kind: string;
  /** The tool whose fingerprint its packets bear, as shared/fingerprints.ts names it, and the rule that finds it; or null. */
  readonly tool: string | null;
  readonly rule: TagName | null;
  /** Addresses it sent from when there are up to 16, else how many. */
  readonly sources: number | readonly string[];
  readonly sourceCount: number;
  /** RFC 3339 with nanoseconds. */
  readonly first: string;
  readonly last: string;
  readonly packets: number;
  /** Different targets. */
  readonly targets: number;
  /**
   * Services it was about when there are up to 16, else how many: target ports, but a victim's own port for backscatter.
   * ICMP has none.
   */
  readonly ports: number | readonly (readonly [protocol: string, port: number])[];
  readonly portCount: number;
}

/** Up to this many sources or ports are listed. */
const LISTED = 16;

/** A set of numbers below a bound, and how many there are. Memory comes with the first. */
class BitSet {
  count = 0;
  readonly #size: number;
  #words: Uint32Array | undefined;

  constructor(size: number) {
    this.#size = size;
  }

  add(number: number): void {
    this.#words ??= new Uint32Array(Math.ceil(this.#size / 32));
    const bit = 1 << (number & 31);
    const word = this.#words[number >>> 5]!;
    if ((word & bit) !== 0) return;
    this.#words[number >>> 5] = word | bit;
    this.count++;
  }

  *values(): Generator<number> {
    const words = this.#words ?? [];
    for (let number = 0; number < this.#size; number++) {
      if (((words[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0) yield number;
    }
  }
}

/** Pairs of protocol and port: a short list as long as they are few, then bits. */
class PortSet {
  readonly few: number[] = [];
  #many: BitSet | undefined;

  get count(): number {
    return this.#many?.count ?? this.few.length;
  }

  add(protocol: number, port: number): void {
    const number = protocol * 0x1_0000 + port;
    if (this.#many) this.#many.add(number);
    else if (!this.few.includes(number)) {
      this.few.push(number);
      if (this.few.length > LISTED) this.#spread();
    }
  }

  /** UDP's number, 17, is the largest that has ports here: this takes 147 kB. */
  #spread(): void {
    this.#many = new BitSet(18 * 0x1_0000);
    for (const number of this.few) this.#many.add(number);
  }
}

export class ActorRecord {
  packets = 0;
  #firstNanos = 0;
  #lastNanos = 0;
  readonly #sources: BitSet;
  readonly #targets: BitSet;
  readonly #ports = new PortSet();

  constructor(actor: Actor, targetCount: number) {
    this.#sources = new BitSet(actor.sources.count);
    this.#targets = new BitSet(targetCount);
  }

  add(frame: Frame, nanos: number): void {
    if (this.packets === 0) this.#firstNanos = nanos;
    this.#lastNanos = nanos;
    this.packets++;
    this.#sources.add(frame.source);
    this.#targets.add(frame.target);
    if (frame.port >= 0) this.#ports.add(frame.protocol, frame.port);
  }

  read(id: number, kind: string, actor: Actor, timeText: (nanos: number) => string): TruthActor {
    const sourceCount = this.#sources.count;
    const portCount = this.#ports.count;
    return {
      id,
      kind,
      tool: toolOf(actor.rule),
      rule: actor.rule,
      sources:
        sourceCount > LISTED ? sourceCount : Array.from(this.#sources.values(), (at) => sourceText(actor.sources, at)),
      sourceCount,
      first: timeText(this.#firstNanos),
      last: timeText(this.#lastNanos),
      packets: this.packets,
      targets: this.#targets.count,
      ports: portCount > LISTED ? portCount : this.#ports.few.toSorted((one, other) => one - other).map(portEntry),
      portCount,
    };
  }
}

function toolOf(rule: TagName | null): string | null {
  return fingerprintRules.find(({ tag }) => tag === rule)?.tool ?? null;
}

function portEntry(number: number): [string, number] {
  return [protocolName(number >>> 16), number & 0xffff];
}
