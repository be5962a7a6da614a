/**
 * ZMap's SYN since version 4.1.1 looks as Windows' does, option by option, but for the TTL: Windows starts at 128, ZMap at 64.
 * Versions 4.1.0 to 4.1.1 and the probes that look like Linux or BSD cannot be told from those systems by one packet.
 */
import { Tag } from '../../shared/tags.ts';
import { parseTcpOptions } from '../../shared/tcp-options.ts';
import type { Fingerprint } from './fingerprint.ts';
import { isFirstSyn, optionsAt } from './syn.ts';

const WINDOW = 65_535;
const MOST_TTL = 64;
const OPTIONS = parseTcpOptions('mss,nop,ws,nop,nop,sackOk')!;
/** MSS 1460; NOP, window scale 8; NOP, NOP, SACK permitted: the whole list, word by word. */
const WORDS = [0x020405b4, 0x01030308, 0x01010402] as const;

export const zmapTcp: Fingerprint = {
  name: 'zmapTcp',
  kind: 'tool',
  reference: 'zmap/zmap src/probe_modules/packet.c since version 4.1.1 (2024-04-25)',
  match({ length, synOptions, tcpWindow, ttl, tcpFlags, protocol, headerOffset, transportBytes, tagsLow }, bytes) {
    for (let row = 0; row < length; row++) {
      if (synOptions[row] !== OPTIONS || tcpWindow[row] !== WINDOW || ttl[row]! > MOST_TTL) continue;
      if (!isFirstSyn(protocol[row]!, tcpFlags[row]!)) continue;
      const options = optionsAt(bytes, headerOffset[row]!, transportBytes[row]!, WORDS.length * 4);
      if (options >= 0 && hasWords(bytes, options)) tagsLow[row]! |= 1 << Tag.zmapTcp;
    }
  },
};

function hasWords(bytes: DataView, at: number): boolean {
  return (
    bytes.getUint32(at) === WORDS[0] && bytes.getUint32(at + 4) === WORDS[1] && bytes.getUint32(at + 8) === WORDS[2]
  );
}
