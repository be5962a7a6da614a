/**
 * Nmap's probes for the kind of system (-O): six SYNs, one with ECN, and six packets of odd flags, each with a window and
 * options of its own. All but the one with ECN carry a time stamp of all ones with an echo of zero, which no clock sends.
 */
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { IpProtocol, TcpFlag } from '../../shared/protocols.ts';
import { Tag } from '../../shared/tags.ts';
import { optionsAt } from './syn.ts';

const { syn, ack, fin, psh, urg, ece, cwr } = TcpFlag;

interface OsProbe {
  readonly window: number;
  readonly flags: number;
  readonly options: string;
}

/** Windows, flags and options together, in the order of Nmap's own list. */
const probes: readonly OsProbe[] = [
  { window: 1, flags: syn, options: '03030a01020405b4080affffffff000000000402' },
  { window: 63, flags: syn, options: '020405780303000402080affffffff0000000000' },
  { window: 4, flags: syn, options: '080affffffff0000000001010303050102040280' },
  { window: 4, flags: syn, options: '0402080affffffff0000000003030a00' },
  { window: 16, flags: syn, options: '020402180402080affffffff0000000003030a00' },
  { window: 512, flags: syn, options: '020401090402080affffffff00000000' },
  { window: 3, flags: syn | ece | cwr, options: '03030a01020405b404020101' },
  { window: 128, flags: 0, options: '03030a0102040109080affffffff000000000402' },
  { window: 256, flags: syn | fin | urg | psh, options: '03030a0102040109080affffffff000000000402' },
  { window: 1_024, flags: ack, options: '03030a0102040109080affffffff000000000402' },
  { window: 31_337, flags: syn, options: '03030a0102040109080affffffff000000000402' },
  { window: 32_768, flags: ack, options: '03030a0102040109080affffffff000000000402' },
  { window: 65_535, flags: fin | psh | urg, options: '03030f0102040109080affffffff000000000402' },
];

const optionLists = probes.map(({ options }) =>
  Uint8Array.from(options.match(/../g)!, (pair) => Number.parseInt(pair, 16)),
);
/** Flags of the probes with a window: no window has probes of other flags. All flags for what is no probe's window. */
export const flagsOfNmapWindow = new Uint8Array(65_536).fill(0xff);
for (const { window, flags } of probes) flagsOfNmapWindow[window] = flags;

/** The rule's bit of a packet, or 0. */
export function nmapOs(batch: PacketBatch, row: number, bytes: DataView): number {
  const { protocol, tcpWindow, tcpFlags, headerOffset, transportBytes } = batch;
  if (flagsOfNmapWindow[tcpWindow[row]!] !== tcpFlags[row] || protocol[row] !== IpProtocol.tcp) return 0;
  for (let at = 0; at < probes.length; at++) {
    if (probes[at]!.window !== tcpWindow[row]) continue;
    if (hasOptions(bytes, headerOffset[row]!, transportBytes[row]!, at)) return 1 << Tag.nmapOs;
  }
  return 0;
}

function hasOptions(bytes: DataView, header: number, transportBytes: number, probe: number): boolean {
  const list = optionLists[probe]!;
  const options = optionsAt(bytes, header, transportBytes, list.length);
  if (options < 0) return false;
  for (let at = 0; at < list.length; at++) if (bytes.getUint8(options + at) !== list[at]) return false;
  return true;
}
