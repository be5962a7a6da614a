/** How the first segment of ordinary systems looks: window, TTL and options in the order their stacks send them. */
import { TcpFlag } from '../../shared/protocols.ts';
import { DONT_FRAGMENT } from './packet/ip.ts';
import type { TcpPacket } from './packet/tcp.ts';
import type { Random } from './random.ts';

export interface Stack {
  readonly name: string;
  readonly ttl: number;
  readonly window: number;
  readonly options: Uint8Array;
  /** Where in the options the time stamp's value lies, or −1. */
  readonly timeStampAt: number;
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Maximum segment size 1460: all that some tools send, and the begin of what stacks send. */
export const MSS_ONLY = bytes('020405b4');
export const NO_OPTIONS = new Uint8Array(0);

export const stacks = {
  linux: {
    name: 'linux',
    ttl: 64,
    window: 64_240,
    options: bytes('020405b4 0402 080a 00000000 00000000 01 030307'),
    timeStampAt: 8,
  },
  /** Kernels 2.6 of routers and cameras. */
  embeddedLinux: {
    name: 'embeddedLinux',
    ttl: 64,
    window: 5840,
    options: bytes('020405b4 0402 080a 00000000 00000000 01 030302'),
    timeStampAt: 8,
  },
  windows: {
    name: 'windows',
    ttl: 128,
    window: 64_240,
    options: bytes('020405b4 01 030308 01 01 0402'),
    timeStampAt: -1,
  },
  /** Windows 7 and Server 2008, still the worms' home. */
  oldWindows: { name: 'oldWindows', ttl: 128, window: 8192, options: bytes('020405b4 01 01 0402'), timeStampAt: -1 },
  /** A raw socket of some program: nothing negotiated. */
  bare: { name: 'bare', ttl: 64, window: 14_600, options: NO_OPTIONS, timeStampAt: -1 },
} as const satisfies Record<string, Stack>;

/** Routers that a packet passed: most paths of the Internet have 8 to 22. */
export function randomHops(random: Random): number {
  return 5 + random.below(10) + random.below(12);
}

/** Source port as ordinary systems choose it (RFC 6056). */
export function ephemeralPort(random: Random): number {
  return random.between(32_768, 60_999);
}

/** Makes `packet` the first segment of a connection as this stack opens it, but for its ends and TTL. */
export function openConnection(packet: TcpPacket, stack: Stack, random: Random): void {
  packet.flags = TcpFlag.syn;
  packet.window = stack.window;
  packet.options = stack.options;
  packet.fragmentField = stack === stacks.bare ? 0 : DONT_FRAGMENT;
  packet.identification = random.below(0x1_0000);
  packet.sourcePort = ephemeralPort(random);
  packet.sequence = random.word();
  if (stack.timeStampAt >= 0) stampTime(stack, random);
}

/** Stacks share their options: they are written to the frame at once. */
function stampTime({ options, timeStampAt }: Stack, random: Random): void {
  for (let index = 0; index < 4; index++) options[timeStampAt + index] = random.below(256);
}
