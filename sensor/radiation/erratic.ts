/** Traffic that comes in waves from everywhere and says little: left out where telescopes count who is really there. */
import { Radiation } from '../../shared/radiation.ts';
import { NETBIOS_NAME } from './amplification-probe.ts';
import { beginning, beginsWith, createPayload, hexOf, type Payload, readPayload } from './payload.ts';
import type { RadiationRule } from './radiation-rule.ts';

const reference = 'CAIDA Corsaro 3 libcorsaro/libcorsaro_filtering.c, erratic filter';

/** What is no question to ports 23, 80 and 5000: those are scans before. */
export const erraticSegments: RadiationRule = {
  gives: ['erratic'],
  looksAt: ['tcp'],
  reference,
  mark(open, { targetPort, radiation }) {
    const { rows, count } = open;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      const port = targetPort[row]!;
      if (port === 80 || port === 23 || port === 5_000) radiation[row] = Radiation.erratic;
      else rows[left++] = row;
    }
    open.count = left;
  },
};

const DNS = 53;
const SIP = 5_060;
const DNS_HEADER_BYTES = 12;
/** An answer to a question with recursion, both desired and available; the lowest bits are the code. */
const DNS_ANSWER = 0x8180;
const MOST_RECORDS = 9;
const zeros = beginning('0000000000000000 3100');
const ZEROS_IP_BYTES = 58;
const sipAnswer = beginning(hexOf('SIP/2.0'));
const nameQuestion = beginning(`${'..'.repeat(12)} 20 ${hexOf('CKAAAA')}`);

const payload = createPayload();

export const erraticDatagrams: RadiationRule = {
  gives: ['erratic'],
  looksAt: ['udp'],
  reference,
  mark(open, batch, bytes) {
    const { rows, count } = open;
    const { sourcePort, targetPort, ipLength, radiation } = batch;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      const from = sourcePort[row]!;
      const to = targetPort[row]!;
      const ipBytes = ipLength[row]!;
      readPayload(bytes, batch, row, payload);
      const isErratic =
        ipBytes === 96 ||
        ipBytes === 1_500 ||
        from === DNS ||
        to === DNS ||
        (ipBytes === ZEROS_IP_BYTES && beginsWith(bytes, payload, zeros)) ||
        (from === SIP && to === SIP && beginsWith(bytes, payload, sipAnswer)) ||
        (from === NETBIOS_NAME && to === NETBIOS_NAME && beginsWith(bytes, payload, nameQuestion)) ||
        isDnsAnswer(bytes, payload);
      if (isErratic) radiation[row] = Radiation.erratic;
      else rows[left++] = row;
    }
    open.count = left;
  },
};

/** From any port to any: what was not captured is none. */
function isDnsAnswer(bytes: DataView, { at, captured, sent }: Payload): boolean {
  if (Math.min(captured, sent) < DNS_HEADER_BYTES || (bytes.getUint16(at + 2) & 0xfff0) !== DNS_ANSWER) return false;
  for (let record = at + 4; record < at + DNS_HEADER_BYTES; record += 2)
    if (bytes.getUint16(record) > MOST_RECORDS) return false;
  return true;
}
