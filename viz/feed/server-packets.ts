/** Packets of the server's ring, checked: what is in them was written by attackers, and what came may be from another version. */
import type { CapturedPacket } from '../../shared/pcapng.ts';
import { fetchAnswer, QuestionError, unreadableError } from './answers.ts';
import {
  MOST_PACKETS,
  type PacketFlow,
  type PacketProblem,
  type PacketSource,
  type PacketsFound,
} from './packet-source.ts';
import { count, record } from './series-answer.ts';

/** As much of a packet as a reader of captures takes. */
const MOST_BYTES = 262_144;
const MAX_LINK_TYPE = 65_535;

type Fetching = typeof fetchAnswer;

export class ServerPacketSource implements PacketSource {
  readonly #fetch: Fetching;

  constructor(fetching: Fetching = fetchAnswer) {
    this.#fetch = fetching;
  }

  async packetsOf(flow: PacketFlow, signal: AbortSignal): Promise<PacketsFound> {
    try {
      return readPackets(await this.#fetch(`api/v1/packets?${queryOf(flow)}`, signal, () => undefined));
    } catch (error) {
      if (signal.aborted) throw error;
      return { problem: problemOf(error) };
    }
  }
}

/** Without a target where it is not known: the others tell the flow well enough. */
export function queryOf({ session, fromSeconds, toSeconds, target, ...flow }: PacketFlow): URLSearchParams {
  const query = new URLSearchParams({
    session: String(session),
    from: new Date(fromSeconds * 1000).toISOString(),
    to: new Date(toSeconds * 1000).toISOString(),
    source: flow.source,
    protocol: String(flow.protocol),
    sourcePort: String(flow.sourcePort),
    targetPort: String(flow.targetPort),
    limit: String(MOST_PACKETS),
  });
  if (target !== null) query.set('target', target);
  return query;
}

/** Throws QuestionError. */
export function readPackets(body: unknown): { packets: readonly CapturedPacket[]; more: boolean } {
  const { packets, more } = record(body);
  if (!Array.isArray(packets)) throw unreadableError();
  return {
    packets: packets.slice(0, MOST_PACKETS).map(readPacket),
    more: more === true || packets.length > MOST_PACKETS,
  };
}

function readPacket(value: unknown): CapturedPacket {
  const { seconds, nanoseconds, linkType, originalLength, bytes } = record(value);
  return {
    seconds: whole(seconds, Number.MAX_SAFE_INTEGER),
    nanoseconds: whole(nanoseconds, 999_999_999),
    linkType: whole(linkType, MAX_LINK_TYPE),
    originalLength: whole(originalLength, 0xffffffff),
    bytes: readBase64(bytes),
  };
}

function whole(value: unknown, most: number): number {
  const number = count(value);
  if (!Number.isInteger(number) || number < 0 || number > most) throw unreadableError();
  return number;
}

function readBase64(value: unknown): Uint8Array {
  if (typeof value !== 'string' || value.length > (MOST_BYTES / 3 + 1) * 4) throw unreadableError();
  try {
    return Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
  } catch {
    throw unreadableError();
  }
}

function problemOf(error: unknown): PacketProblem {
  return error instanceof QuestionError ? error.problem : unreadableError().problem;
}
