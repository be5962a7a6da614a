/**
 * Answers of UDP services: of DNS, which come from its port and say that they answer, and of other services that amplify,
 * which come from their port to one that a client would have. Nobody here asked: somebody did in our name.
 */
import { Radiation } from '../../shared/radiation.ts';
import { amplifierQuestions } from './amplification-probe.ts';
import { beginning, beginsWith, createPayload, readPayload } from './payload.ts';
import type { RadiationRule } from './radiation-rule.ts';

const DNS = 53;
/** Below are ports of services, above those of clients (RFC 6335). */
const FIRST_CLIENT_PORT = 1_024;
/** The highest of the known services whose port a client hardly draws. */
const LAST_ANSWERING_PORT = 11_211;
/** Clients of SIP send from its port, too: an answer is told by how it begins, and is erratic. */
const SIP = 5_060;
/** A header of DNS, of which the bit that says "answer" is looked at. */
const dnsHeader = beginning('........................');
const ANSWER_BIT = 0x80;

const payload = createPayload();

export const backscatterDatagrams: RadiationRule = {
  gives: ['backscatterDns', 'backscatterUdp'],
  looksAt: ['udp'],
  reference:
    'CAIDA Corsaro 3 libcorsaro/libcorsaro_filtering.c, backscatter filter (UDP from port 53); ports of US-CERT alert TA14-017A',
  mark(open, batch, bytes) {
    const { rows, count } = open;
    const { sourcePort, targetPort, radiation } = batch;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      const port = sourcePort[row]!;
      if (port === DNS) {
        readPayload(bytes, batch, row, payload);
        if (beginsWith(bytes, payload, dnsHeader) && saysAnswer(bytes)) {
          radiation[row] = Radiation.backscatterDns;
          continue;
        }
      } else if (isAnswering(port) && targetPort[row]! >= FIRST_CLIENT_PORT && targetPort[row] !== port) {
        radiation[row] = Radiation.backscatterUdp;
        continue;
      }
      rows[left++] = row;
    }
    open.count = left;
  },
};

function saysAnswer(bytes: DataView): boolean {
  return payload.captured < 3 || (bytes.getUint8(payload.at + 2) & ANSWER_BIT) !== 0;
}

function isAnswering(port: number): boolean {
  return port <= LAST_ANSWERING_PORT && port !== SIP && amplifierQuestions.has(port);
}
