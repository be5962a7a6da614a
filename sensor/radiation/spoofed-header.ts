/**
 * Marks of forged packets in the IPv4 header: a TTL that hardly any stack leaves, the reserved bit, and sources that end in 0
 * or 255, which generators of random addresses draw as often as others, and networks seldom give. Later fragments and odd
 * protocols are marks in both families: nobody has a conversation with us that needs them.
 */
import { fingerprintRules } from '../../shared/fingerprints.ts';
import type { PacketBatch } from '../../shared/packet-batch.ts';
import { Fragment } from '../../shared/packet-batch.ts';
import { Radiation } from '../../shared/radiation.ts';
import { Tag } from '../../shared/tags.ts';
import { parseTcpOptions } from '../../shared/tcp-options.ts';
import { isExtension } from '../decode/network/extensions.ts';
import { isFirstSyn } from '../fingerprint/syn.ts';
import { CORSARO_SPOOFING, type RadiationRule } from './radiation-rule.ts';

const LEAST_ODD_TTL = 200;
const FRAGMENT_OFFSET = 6;
const RESERVED_BIT = 0x80;
const MASSCAN_WINDOW = 1_024;
const MASSCAN_OPTIONS = parseTcpOptions('mss')!;

/** Tags of tools that name themselves: some start at a TTL of 255 as forged packets do, and are known all the same. */
const tools = fingerprintRules.filter(({ kind }) => kind === 'tool').map(({ tag }) => Tag[tag] as number);
const maskOf = (bits: readonly number[]) => bits.reduce((mask, bit) => mask | (1 << bit), 0);
const TOOLS_LOW = maskOf(tools.filter((tag) => tag < 32));
const TOOLS_HIGH = maskOf(tools.filter((tag) => tag >= 32).map((tag) => tag - 32));

export const spoofedHeader: RadiationRule = {
  gives: ['spoofed'],
  looksAt: ['tcp', 'udp', 'icmp'],
  reference: CORSARO_SPOOFING,
  mark(open, batch, bytes) {
    if (batch.family !== 4) return;
    const { rows, count } = open;
    const { source, ttl, headerOffset, radiation } = batch;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      const isSeldom = ((source[row]! + 1) & 255) <= 1;
      const isReserved = (bytes.getUint8(headerOffset[row]! + FRAGMENT_OFFSET) & RESERVED_BIT) !== 0;
      if (isSeldom || isReserved || (ttl[row]! >= LEAST_ODD_TTL && !isKnownTool(batch, row)))
        radiation[row] = Radiation.spoofed;
      else rows[left++] = row;
    }
    open.count = left;
  },
};

/** A packet of a tool, or a SYN of Masscan's shape whatever its identification. */
function isKnownTool(batch: PacketBatch, row: number): boolean {
  const { tagsLow, tagsHigh, protocol, tcpFlags, tcpWindow, synOptions } = batch;
  if (((tagsLow[row]! & TOOLS_LOW) | (tagsHigh[row]! & TOOLS_HIGH)) !== 0) return true;
  if (!isFirstSyn(protocol[row]!, tcpFlags[row]!) || tcpWindow[row] !== MASSCAN_WINDOW) return false;
  return synOptions[row] === 0 || synOptions[row] === MASSCAN_OPTIONS;
}

export const spoofedOthers: RadiationRule = {
  gives: ['spoofed'],
  looksAt: ['others'],
  reference: CORSARO_SPOOFING,
  mark(open, { family, protocol, fragment, radiation }) {
    const { rows, count } = open;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      // Extension headers that are broken or cut off hide what is behind them: that is no odd protocol.
      const isHidden = family === 6 && fragment[row] !== Fragment.later && isExtension(protocol[row]!);
      if (isHidden) rows[left++] = row;
      else radiation[row] = Radiation.spoofed;
    }
    open.count = left;
  },
};
