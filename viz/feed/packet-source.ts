/** Where packets of a flow come from: the server's ring, or a file that the page has read. */
import type { CapturedPacket } from '../../shared/pcapng.ts';

/** A flow whose packets are asked for. Spans are half-open. */
export interface PacketFlow {
  readonly session: number;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly source: string;
  /** Null where it is not known. */
  readonly target: string | null;
  readonly protocol: number;
  /** Ports; type and code of ICMP. */
  readonly sourcePort: number;
  readonly targetPort: number;
}

export interface PacketProblem {
  /** The server's stable code, or one of the page's. */
  readonly code: string;
  /** Why there are none, where that is known: `notSent`, `expired`. */
  readonly why?: string;
}

export type PacketsFound =
  | { readonly packets: readonly CapturedPacket[]; readonly more: boolean }
  | { readonly problem: PacketProblem };

export interface PacketSource {
  /** Never rejects, except when `signal` is aborted. */
  packetsOf(flow: PacketFlow, signal: AbortSignal): Promise<PacketsFound>;
}

/** As many packets as are shown of a flow. */
export const MOST_PACKETS = 1_000;
