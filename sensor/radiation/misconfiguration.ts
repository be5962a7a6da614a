/**
 * What a program says to a peer that it believes to be here: file sharing whose peers moved away, and messages that are sent to
 * an address that somebody set, once and wrongly. That it comes again and again to one target, one packet does not show.
 */
import { Radiation } from '../../shared/radiation.ts';
import { beginning, beginsWith, createPayload, hexOf, type Payload, readPayload } from './payload.ts';
import { PortPayloads } from './port-payloads.ts';
import type { RadiationRule } from './radiation-rule.ts';

/** Questions and answers of BitTorrent's table of peers (BEP 5), and the greeting of its peers (BEP 3). */
const bitTorrent = [
  beginning(hexOf('d1:ad2:id20:')),
  beginning(hexOf('d1:rd2:id20:')),
  beginning(`13 ${hexOf('BitTorrent protocol')}`),
];
/** Its transport (BEP 29): type and version, extensions, and a header of 20 bytes. */
const transportHeader = beginning(`.1 .. ${'..'.repeat(18)}`);
const transportTypes = [0x41, 0x21, 0x31, 0x11];

const setByHand = new PortPayloads({
  // SNMP: a trap (RFC 3416).
  162: ['30'],
  // syslog: the priority in angle brackets (RFC 5424).
  514: [`${hexOf('<')}3.`],
});

const payload = createPayload();

export const misconfiguration: RadiationRule = {
  gives: ['misconfiguration'],
  looksAt: ['udp'],
  reference:
    'blog.nicter.jp 2024-09; CAIDA Corsaro 3 libcorsaro/libcorsaro_filtering.c, BitTorrent of the erratic filter; RFC 5424; RFC 3416',
  mark(open, batch, bytes) {
    const { rows, count } = open;
    const { targetPort, radiation } = batch;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      readPayload(bytes, batch, row, payload);
      const port = targetPort[row]!;
      if (isBitTorrent(bytes, payload) || (setByHand.has(port) && setByHand.matches(port, bytes, payload)))
        radiation[row] = Radiation.misconfiguration;
      else rows[left++] = row;
    }
    open.count = left;
  },
};

/** Goes to any port: what was not captured is none. */
function isBitTorrent(bytes: DataView, found: Payload): boolean {
  for (let at = 0; at < bitTorrent.length; at++) {
    const wanted = bitTorrent[at]!;
    if (found.captured >= wanted.values.length && beginsWith(bytes, found, wanted)) return true;
  }
  if (found.captured < transportHeader.values.length || !beginsWith(bytes, found, transportHeader)) return false;
  const type = bytes.getUint8(found.at);
  const extension = bytes.getUint8(found.at + 1);
  return transportTypes.includes(type) && (extension === 0 || extension === 2);
}
