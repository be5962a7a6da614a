/** SYNs as bytes, from what tells them apart, and what a memory of sources makes of them. */
import { Decoder } from '../../sensor/decode/decoder.ts';
import { applyRules } from '../../sensor/fingerprint/apply-rules.ts';
import { SourceMemory, type SourceMemoryOptions } from '../../sensor/fingerprint/source-memory.ts';
import { formatInnerAddress, parseIpv4 } from '../../shared/address.ts';
import { createPacketBatch } from '../../shared/packet-batch.ts';
import { Tag, type TagName, tagNames } from '../../shared/tags.ts';
import { type EvidenceBatch, type ProofPacket, readProofs } from '../../shared/wire/evidence.ts';
import { hex } from './hex.ts';
import { recordBatch } from './packet-batch.ts';

export interface Syn {
  source?: string;
  target?: string;
  sourcePort?: number;
  targetPort?: number;
  sequence?: number;
  ipId?: number;
  ttl?: number;
  window?: number;
  flags?: number;
  /** Hex of whole words. */
  options?: string;
  /** 17 makes it a UDP datagram without payload. */
  protocol?: number;
}

const digits = (value: number, bytes: number) => (value >>> 0).toString(16).padStart(bytes * 2, '0');

/** As Nmap -sS sends it, but for what is changed. */
export function synBytes(syn: Syn = {}): Uint8Array {
  const { source = '192.0.2.1', target = '198.51.100.7', sourcePort = 40_000, targetPort = 80, sequence = 1 } = syn;
  const { ipId = 1, ttl = 50, window = 1_024, flags = 2, options = '020405b4', protocol = 6 } = syn;
  const optionBytes = options.length / 2;
  const length = protocol === 17 ? 28 : 40 + optionBytes;
  const addresses = digits(parseIpv4(source)!, 4) + digits(parseIpv4(target)!, 4);
  const network = `4500${digits(length, 2)}${digits(ipId, 2)}0000${digits(ttl, 1)}${digits(protocol, 1)}0000${addresses}`;
  const ports = digits(sourcePort, 2) + digits(targetPort, 2);
  if (protocol === 17) return hex(`${network}${ports}00080000`);
  const offset = digits((5 + optionBytes / 4) << 4, 1);
  return hex(
    `${network}${ports}${digits(sequence, 4)}00000000${offset}${digits(flags, 1)}${digits(window, 2)}00000000${options}`,
  );
}

export interface EvidenceRow {
  source: string;
  tag: TagName;
  key: number;
  matched: number;
  candidates: number;
  first: number;
  last: number;
  proofs: ProofPacket[];
}

/** A memory of sources that is fed with packets, one second apart from second 1,000 on. */
export class FedMemory {
  readonly rows: EvidenceRow[] = [];
  readonly memory: SourceMemory;
  readonly #decoder = new Decoder();
  readonly #batches = { ipv4: createPacketBatch(4), ipv6: createPacketBatch(6) };
  #second = 1_000;

  constructor(options: Partial<SourceMemoryOptions> = {}) {
    this.memory = new SourceMemory({ seed: 7, onEvidence: (rows) => this.#take(rows), ...options });
  }

  /** Tags of each packet, irregular ones left out. */
  tags(packets: readonly Uint8Array[]): TagName[][] {
    const { ipv4, ipv6 } = this.#batches;
    const tags: TagName[][] = [];
    for (const packet of packets) {
      const records = recordBatch(101, [packet], this.#second++);
      ipv4.length = ipv6.length = 0;
      this.#decoder.decode(records, ipv4, ipv6);
      applyRules(records, this.#decoder, this.#batches, null, this.memory);
      const bits = ipv4.tagsLow[0]!;
      tags.push(tagNames.filter((name) => name !== 'irregularSyn' && (bits & (1 << Tag[name])) !== 0));
    }
    return tags;
  }

  #take(batch: EvidenceBatch): void {
    readProofs(batch, (row, proofs) =>
      this.rows.push({
        source: formatInnerAddress(batch.source, row),
        tag: tagNames.find((name) => Tag[name] === batch.tag[row])!,
        key: batch.key[row]!,
        matched: batch.matched[row]!,
        candidates: batch.candidates[row]!,
        first: batch.firstSeconds[row]!,
        last: batch.lastSeconds[row]!,
        proofs: proofs.map(({ seconds, bytes }) => ({ seconds, bytes: bytes.slice() })),
      }),
    );
  }
}
