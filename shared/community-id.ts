/**
 * Community ID v1 (https://github.com/corelight/community-id-spec): one short text for both directions of a conversation,
 * by which records of different tools are joined. `1:` and the Base64 of
 * SHA-1(seed ‖ address ‖ address ‖ protocol ‖ 0 ‖ port ‖ port), the smaller end first. It gives targets away to whoever
 * guesses them: it is for analysts.
 */
import type { FlowBatch } from './flow-batch.ts';
import { Fragment } from './packet-batch.ts';
import { IpProtocol } from './protocols.ts';
import { ShortSha1 } from './sha1.ts';

/** Characters of an id. */
export const COMMUNITY_ID_LENGTH = 30;

const BASE64 = new Uint8Array(64);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].forEach((letter, value) => {
  BASE64[value] = letter.charCodeAt(0);
});
const EQUALS = 0x3d;
const NO_ANSWER = 256;

/** Types of messages that answer each other. The two take the place of ports, so that both directions have one id. */
const icmpAnswers = answers([
  [0, 8],
  [9, 10],
  [13, 14],
  [15, 16],
  [17, 18],
]);
const icmpv6Answers = answers([
  [128, 129],
  [130, 131],
  [133, 134],
  [135, 136],
  [139, 140],
  [144, 145],
]);

function answers(pairs: readonly (readonly [number, number])[]): Uint16Array {
  const table = new Uint16Array(65_536).fill(NO_ANSWER);
  for (const [left, right] of pairs) {
    table[left] = right;
    table[right] = left;
  }
  return table;
}

/** What an id is made of: columns of a flow batch. */
type Columns = Pick<FlowBatch, 'family' | 'source' | 'target' | 'sourcePort' | 'targetPort' | 'protocol' | 'fragment'>;

export class CommunityId {
  readonly #seed: number;
  readonly #sha1 = new ShortSha1();
  readonly #view = new DataView(this.#sha1.message.buffer);
  readonly #text = new Uint8Array(COMMUNITY_ID_LENGTH);

  /** `seed` (u16) tells installations apart that must not be joined; 0 is everyone's default. */
  constructor(seed = 0) {
    this.#seed = seed;
  }

  /** Puts the id of a row into `out` at `at`: COMMUNITY_ID_LENGTH bytes of ASCII. */
  write(flows: Columns, row: number, out: Uint8Array, at: number): void {
    this.#sha1.digest(this.#fillMessage(flows, row));
    const { hash } = this.#sha1;
    out[at] = 0x31;
    out[at + 1] = 0x3a;
    let to = at + 2;
    for (let from = 0; from < 18; from += 3) {
      const bits = (hash[from]! << 16) | (hash[from + 1]! << 8) | hash[from + 2]!;
      to = putBase64(out, to, bits);
    }
    // Two bytes are left: three letters and the sign that fills up.
    putBase64(out, to, (hash[18]! << 16) | (hash[19]! << 8));
    out[to + 3] = EQUALS;
  }

  text(flows: Columns, row: number): string {
    this.write(flows, row, this.#text, 0);
    return String.fromCharCode(...this.#text);
  }

  /** Bytes of the message. */
  #fillMessage(flows: Columns, row: number): number {
    const { family, source, target, protocol } = flows;
    const sourcePort = flows.sourcePort[row]!;
    let targetPort = flows.targetPort[row]!;
    let oneWay = false;
    const withPorts = hasPorts(protocol[row]!, family) && flows.fragment[row] !== Fragment.later;
    if (withPorts && isIcmp(protocol[row]!)) {
      const answer = (family === 4 ? icmpAnswers : icmpv6Answers)[sourcePort]!;
      // What nobody answers has type and code for ports, and keeps its direction.
      oneWay = answer === NO_ANSWER;
      if (!oneWay) targetPort = answer;
    }
    const order = compareAddresses(source, target, row, family) || (withPorts ? sourcePort - targetPort : 0);
    const forward = oneWay || order <= 0;
    const view = this.#view;
    view.setUint16(0, this.#seed);
    let at = this.#putAddress(2, forward ? source : target, row, family);
    at = this.#putAddress(at, forward ? target : source, row, family);
    view.setUint16(at, protocol[row]! << 8);
    if (!withPorts) return at + 2;
    view.setUint16(at + 2, forward ? sourcePort : targetPort);
    view.setUint16(at + 4, forward ? targetPort : sourcePort);
    return at + 6;
  }

  #putAddress(at: number, column: Uint32Array, row: number, family: 4 | 6): number {
    const words = family === 4 ? 1 : 4;
    for (let word = 0; word < words; word++) this.#view.setUint32(at + word * 4, column[row * words + word]!);
    return at + words * 4;
  }
}

function hasPorts(protocol: number, family: 4 | 6): boolean {
  return (
    protocol === IpProtocol.tcp ||
    protocol === IpProtocol.udp ||
    protocol === IpProtocol.sctp ||
    (family === 4 ? protocol === IpProtocol.icmp : protocol === IpProtocol.icmpv6)
  );
}

function isIcmp(protocol: number): boolean {
  return protocol === IpProtocol.icmp || protocol === IpProtocol.icmpv6;
}

function compareAddresses(source: Uint32Array, target: Uint32Array, row: number, family: 4 | 6): number {
  const words = family === 4 ? 1 : 4;
  for (let at = row * words; at < (row + 1) * words; at++) {
    const difference = source[at]! - target[at]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Four letters for 24 bits. */
function putBase64(out: Uint8Array, at: number, bits: number): number {
  out[at] = BASE64[(bits >>> 18) & 63]!;
  out[at + 1] = BASE64[(bits >>> 12) & 63]!;
  out[at + 2] = BASE64[(bits >>> 6) & 63]!;
  out[at + 3] = BASE64[bits & 63]!;
  return at + 4;
}
