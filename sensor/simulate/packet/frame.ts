/** One Ethernet II frame in the making, inside the caller's bytes, and what the truth about it is. */

export interface Frame {
  bytes: Uint8Array;
  /** Where the Ethernet header starts in `bytes`. */
  start: number;
  /** Bytes of the frame, padding included: set by the writer. */
  length: number;
  /** Which of its sources the actor used. */
  source: number;
  /** Number of the watched address that is the target. */
  target: number;
  /** The attacked or asked service; `port` is −1 where there is none (ICMP). */
  protocol: number;
  port: number;
}

export function createFrame(): Frame {
  return { bytes: new Uint8Array(0), start: 0, length: 0, source: 0, target: 0, protocol: 0, port: -1 };
}

export const ETHERNET_BYTES = 14;
/** IEEE 802.3: 64 bytes with the check sequence, which captures do not hold. */
const SMALLEST_FRAME_BYTES = 60;
/** An Ethernet frame without its check sequence. No packet of ours is larger. */
export const LARGEST_FRAME_BYTES = 1514;

export const EtherType = { ipv4: 0x0800, ipv6: 0x86dd } as const;

/** Locally administered addresses (second bit of the first byte set): 02:4b:55:52:41:01 is the telescope's, …:02 its router's. */
const ADDRESS_START = 0x024b_5552;
const TELESCOPE_END = 0x4101;
const ROUTER_END = 0x4102;

/** Writes the Ethernet header; returns where the packet starts. */
export function beginFrame(frame: Frame, etherType: number): number {
  const { bytes, start } = frame;
  put32(bytes, start, ADDRESS_START);
  put16(bytes, start + 4, TELESCOPE_END);
  put32(bytes, start + 6, ADDRESS_START);
  put16(bytes, start + 10, ROUTER_END);
  put16(bytes, start + 12, etherType);
  return start + ETHERNET_BYTES;
}

/** Pads the frame with zeros as Ethernet does. `end` is where the packet ends. */
export function endFrame(frame: Frame, end: number): void {
  const smallestEnd = frame.start + SMALLEST_FRAME_BYTES;
  while (end < smallestEnd) frame.bytes[end++] = 0;
  frame.length = end - frame.start;
}

export function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function put32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Copies a small array; for these sizes a loop beats `set`. Returns where the copy ends. */
export function putBytes(bytes: Uint8Array, at: number, from: Uint8Array): number {
  for (let index = 0; index < from.length; index++) bytes[at + index] = from[index]!;
  return at + from.length;
}
