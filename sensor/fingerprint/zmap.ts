/**
 * ZMap's SYN since version 4.1.1 looks as Windows' does, option by option, but for the TTL: Windows starts at 128, ZMap at 64.
 * Versions 4.1.0 to 4.1.1 and the probes that look like Linux or BSD cannot be told from those systems by one packet.
 */
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { Tag } from '../../shared/tags.ts';
import { parseTcpOptions } from '../../shared/tcp-options.ts';
import { isFirstSyn, optionsAt } from './syn.ts';

export const ZMAP_WINDOW = 65_535;
const MOST_TTL = 64;
export const ZMAP_OPTIONS = parseTcpOptions('mss,nop,ws,nop,nop,sackOk')!;
/** MSS 1460; NOP, window scale 8; NOP, NOP, SACK permitted: the whole list, word by word. */
const WORDS = [0x020405b4, 0x01030308, 0x01010402] as const;

/** The rule's bit of a packet, or 0. */
export function zmapTcp(batch: PacketBatch, row: number, bytes: DataView): number {
  const { synOptions, tcpWindow, ttl, headerOffset, transportBytes } = batch;
  if (synOptions[row] !== ZMAP_OPTIONS || tcpWindow[row] !== ZMAP_WINDOW || ttl[row]! > MOST_TTL) return 0;
  if (!isFirstSyn(batch.protocol[row]!, batch.tcpFlags[row]!)) return 0;
  const options = optionsAt(bytes, headerOffset[row]!, transportBytes[row]!, WORDS.length * 4);
  return options >= 0 && hasWords(bytes, options) ? 1 << Tag.zmapTcp : 0;
}

function hasWords(bytes: DataView, at: number): boolean {
  return (
    bytes.getUint32(at) === WORDS[0] && bytes.getUint32(at + 4) === WORDS[1] && bytes.getUint32(at + 8) === WORDS[2]
  );
}
