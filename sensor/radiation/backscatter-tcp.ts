/**
 * Answers to connections that nobody opened here: somebody floods a victim in our name. Other flags beside these make no
 * answer of any stack (RFC 9293): such packets are left to later rules.
 */
import { TcpFlag } from '../../shared/protocols.ts';
import { Radiation } from '../../shared/radiation.ts';
import type { RadiationRule } from './radiation-rule.ts';

const { fin, syn, rst, ack, urg } = TcpFlag;
const SYN_ACK = syn | ack;

export const backscatterTcp: RadiationRule = {
  gives: ['backscatterSynAck', 'backscatterRst'],
  looksAt: ['tcp'],
  reference: 'CAIDA Corsaro 3 libcorsaro/libcorsaro_filtering.c, backscatter filter; RFC 9293, section 3.10.7',
  mark(open, { tcpFlags, radiation }) {
    const { rows, count } = open;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      const flags = tcpFlags[row]!;
      if ((flags & (fin | syn | rst | ack | urg)) === SYN_ACK) radiation[row] = Radiation.backscatterSynAck;
      else if ((flags & (fin | syn | rst | urg)) === rst) radiation[row] = Radiation.backscatterRst;
      else rows[left++] = row;
    }
    open.count = left;
  },
};
