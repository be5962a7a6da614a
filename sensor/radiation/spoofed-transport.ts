/** Marks of forged packets in the header of TCP or UDP: port 0, and flags that no stack sets together. */
import { TcpFlag } from '../../shared/protocols.ts';
import { Radiation } from '../../shared/radiation.ts';
import { CORSARO_SPOOFING, type RadiationRule } from './radiation-rule.ts';

const { fin, syn, rst, psh, ack, urg } = TcpFlag;
/** Congestion bits (RFC 3168) come with any others. */
const SIX_FLAGS = fin | syn | rst | psh | ack | urg;
/**
 * Sets that occur: those of the source, and those of Nmap's FIN, NULL and Xmas scans, which are scans. A reset with ACK counts
 * as odd there; here all resets were taken as answers before.
 */
const isUsual = new Uint8Array(64);
for (const flags of [
  syn,
  ack,
  rst,
  fin,
  syn | fin,
  syn | ack,
  fin | ack,
  psh | ack,
  fin | psh | ack,
  0,
  fin | psh | urg,
])
  isUsual[flags] = 1;

/** Fewer bytes of the header do not show ports, or flags: columns say 0 then. */
const PORT_BYTES = 4;
const FLAG_BYTES = 14;

export const spoofedSegments: RadiationRule = {
  gives: ['spoofed'],
  looksAt: ['tcp'],
  reference: CORSARO_SPOOFING,
  mark(open, { sourcePort, targetPort, tcpFlags, transportBytes, radiation }) {
    const { rows, count } = open;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      const isOdd = isUsual[tcpFlags[row]! & SIX_FLAGS] === 0 && transportBytes[row]! >= FLAG_BYTES;
      const isPortless = (sourcePort[row] === 0 || targetPort[row] === 0) && transportBytes[row]! >= PORT_BYTES;
      if (isOdd || isPortless) radiation[row] = Radiation.spoofed;
      else rows[left++] = row;
    }
    open.count = left;
  },
};

const WEB = 80;

export const spoofedDatagrams: RadiationRule = {
  gives: ['spoofed'],
  looksAt: ['udp'],
  reference: CORSARO_SPOOFING,
  mark(open, { sourcePort, targetPort, transportBytes, radiation }) {
    const { rows, count } = open;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      const isPortless = (sourcePort[row] === 0 || targetPort[row] === 0) && transportBytes[row]! >= PORT_BYTES;
      if (isPortless || targetPort[row] === WEB) radiation[row] = Radiation.spoofed;
      else rows[left++] = row;
    }
    open.count = left;
  },
};
