/** Questions whether somebody is there: connections opened, echo requested, and datagrams of worms and of tools for services. */
import { TcpFlag } from '../../shared/protocols.ts';
import { Radiation } from '../../shared/radiation.ts';
import { isFirstSyn } from '../fingerprint/syn.ts';
import { createPayload, hexOf, readPayload } from './payload.ts';
import { PortPayloads } from './port-payloads.ts';
import type { RadiationRule } from './radiation-rule.ts';

const { fin, psh, urg } = TcpFlag;
/** Congestion bits (RFC 3168) aside. */
const SIX_FLAGS = 63;
const FLAG_BYTES = 14;

/** SYN, and Nmap's scans with FIN alone, without flags, and with FIN, PSH and URG. */
export const scanTcp: RadiationRule = {
  gives: ['scan'],
  looksAt: ['tcp'],
  reference: 'ORION traffic types (merit/orion-network-telescope); Nmap reference guide, port scanning techniques',
  mark(open, { protocol, tcpFlags, transportBytes, radiation }) {
    const { rows, count } = open;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      const flags = tcpFlags[row]! & SIX_FLAGS;
      const isStealthy = flags === fin || flags === (fin | psh | urg) || flags === 0;
      const isScan = isFirstSyn(protocol[row]!, flags) || isStealthy;
      if (isScan && transportBytes[row]! >= FLAG_BYTES) radiation[row] = Radiation.scan;
      else rows[left++] = row;
    }
    open.count = left;
  },
};

/** Requests for echo, time stamp, information and mask. */
const isIpv4Question = Uint8Array.from({ length: 256 }, (_, type) => ([8, 13, 15, 17].includes(type) ? 1 : 0));
/** Requests for echo, and for information of a node (RFC 4620). */
const isIpv6Question = Uint8Array.from({ length: 256 }, (_, type) => ([128, 139].includes(type) ? 1 : 0));

export const scanIcmp: RadiationRule = {
  gives: ['scan'],
  looksAt: ['icmp'],
  reference: 'ORION traffic types (echo request); Nmap reference guide, host discovery (-PE, -PP, -PM)',
  mark(open, { family, sourcePort, radiation }) {
    const { rows, count } = open;
    const isQuestion = family === 4 ? isIpv4Question : isIpv6Question;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      if (isQuestion[sourcePort[row]! & 255] === 1) radiation[row] = Radiation.scan;
      else rows[left++] = row;
    }
    open.count = left;
  },
};

const scannedServices = new PortPayloads({
  // NTP: what time is it? Mode 3 of versions 3 and 4, clock set or not.
  123: ['1b', '23', 'd9', 'db', 'e3'],
  // SQL Slammer.
  1434: ['04'],
  // SIP: extensions and their passwords are tried out.
  5060: [hexOf('REGISTER '), hexOf('INVITE ')],
  // A command for the UDP server of Realtek's SDK (CVE-2021-35394).
  9034: [hexOf('orf;')],
  // The open door of Netis routers: every payload knocks.
  53413: [''],
});
const payload = createPayload();

export const scanDatagrams: RadiationRule = {
  gives: ['scan'],
  looksAt: ['udp'],
  reference:
    'zmap/zmap examples/udp-probes; robertdavidgraham/masscan src/templ-payloads.c; Moore et al., Inside the Slammer Worm, 2003',
  mark(open, batch, bytes) {
    const { rows, count } = open;
    const { targetPort, radiation } = batch;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      const port = targetPort[row]!;
      if (scannedServices.has(port)) {
        readPayload(bytes, batch, row, payload);
        if (scannedServices.matches(port, bytes, payload)) {
          radiation[row] = Radiation.scan;
          continue;
        }
      }
      rows[left++] = row;
    }
    open.count = left;
  },
};
