/**
 * The rules of single packets in one pass over the columns of a batch. Those that match often are reckoned without a branch,
 * since which packet matches cannot be foretold, and a branch that is guessed wrong costs more than a rule: their functions
 * are so small that they are compiled into the loop. For the others the loop keeps which packets may match.
 */
import { BATCH_ROWS, type PacketBatch } from '../../shared/packet-batch.ts';
import { Tag } from '../../shared/tags.ts';
import { hasHighTtl, hasNoOptions } from './irregular-syn.ts';
import { masscanTcp } from './masscan.ts';
import { mirai } from './mirai.ts';
import { flagsOfNmapWindow, nmapOs } from './nmap-os.ts';
import { firstSyn } from './syn.ts';
import { LEAST_UNICORNSCAN_MD5_BYTES, unicornscanMd5 } from './unicornscan-md5.ts';
import { ZMAP_OPTIONS, ZMAP_WINDOW, zmapTcp } from './zmap.ts';
import { ZMAP_IP_ID, zmapLegacy } from './zmap-legacy.ts';

/** What a module has of its own is compiled into its code; what it imports is looked up each time. */
const BIT_OF_MASSCAN = 1 << Tag.masscanTcp;
const BIT_OF_MIRAI = 1 << Tag.mirai;
const BIT_OF_IRREGULAR = 1 << Tag.irregularSyn;
const ZMAP_LEGACY_ID = ZMAP_IP_ID;
const OPTIONS_OF_ZMAP = ZMAP_OPTIONS;
const WINDOW_OF_ZMAP = ZMAP_WINDOW;
const MOST_BYTES_WITHOUT_MD5 = LEAST_UNICORNSCAN_MD5_BYTES - 1;

export class PacketPass {
  /** Packets that are looked at one by one. */
  #rows = new Uint32Array(BATCH_ROWS);

  /** Sets the bits of the IPv4 packets of a batch of records, of which `bytes` is the view. */
  match(batch: PacketBatch, bytes: DataView): void {
    if (this.#rows.length < batch.length) this.#rows = new Uint32Array(batch.length);
    const rows = this.#rows;
    const count = matchFields(batch, rows);
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      batch.tagsLow[row]! |=
        zmapLegacy(batch, row) |
        zmapTcp(batch, row, bytes) |
        unicornscanMd5(batch, row, bytes) |
        nmapOs(batch, row, bytes);
    }
  }
}

/** Sets the bits of the rules that match often; fills `rows` with the packets for the others, and returns their number. */
function matchFields(batch: PacketBatch, rows: Uint32Array): number {
  const { length, protocol, tcpFlags, ipId, target, targetPort, tcpSequence } = batch;
  const { tcpWindow, synOptions, ttl, transportBytes, tagsLow } = batch;
  const flagsOfWindow = flagsOfNmapWindow;
  let count = 0;
  for (let row = 0; row < length; row++) {
    const flags = tcpFlags[row]!;
    const id = ipId[row]!;
    const aimed = target[row]! ^ tcpSequence[row]!;
    const options = synOptions[row]!;
    const present = transportBytes[row]!;
    tagsLow[row]! |=
      ((masscanTcp(id ^ aimed ^ targetPort[row]!) & BIT_OF_MASSCAN) |
        (mirai(aimed) & BIT_OF_MIRAI) |
        ((hasNoOptions(options, present) | hasHighTtl(ttl[row]!)) & BIT_OF_IRREGULAR)) &
      firstSyn((flags << 8) | protocol[row]!);
    const isForOthers =
      id === ZMAP_LEGACY_ID ||
      (options === OPTIONS_OF_ZMAP && tcpWindow[row] === WINDOW_OF_ZMAP) ||
      (options !== 0 && present > MOST_BYTES_WITHOUT_MD5) ||
      flagsOfWindow[tcpWindow[row]!] === flags;
    if (isForOthers) rows[count++] = row;
  }
  return count;
}
