/** Errors and answers: ICMP types 0, 3, 4, 5, 11, 12, 14, 16 and 18, and their like of ICMPv6. */
import { Radiation, type RadiationName } from '../../shared/radiation.ts';
import type { RadiationRule } from './radiation-rule.ts';

/** Class of each type; 0 for questions and what is unknown. */
const ipv4Classes = classes({
  backscatterIcmpUnreachable: [3],
  backscatterIcmpExceeded: [11],
  // Echo reply, source quench, redirect, parameter problem, and replies with time stamp, information and mask.
  backscatterIcmpOther: [0, 4, 5, 12, 14, 16, 18],
});
const ipv6Classes = classes({
  backscatterIcmpUnreachable: [1],
  backscatterIcmpExceeded: [3],
  // Too big, parameter problem, echo reply, redirect, reply with information (RFC 4443, RFC 4861, RFC 4620).
  backscatterIcmpOther: [2, 4, 129, 137, 140],
});
/** Fewer bytes do not show the type: the columns say 0 then. */
const TYPE_AND_CODE_BYTES = 2;

export const backscatterIcmp: RadiationRule = {
  gives: ['backscatterIcmpUnreachable', 'backscatterIcmpExceeded', 'backscatterIcmpOther'],
  looksAt: ['icmp'],
  reference: 'CAIDA Corsaro 3 libcorsaro/libcorsaro_filtering.c, backscatter filter; RFC 792, RFC 4443',
  mark(open, { family, sourcePort, transportBytes, radiation }) {
    const { rows, count } = open;
    const byType = family === 4 ? ipv4Classes : ipv6Classes;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      const found = transportBytes[row]! < TYPE_AND_CODE_BYTES ? 0 : byType[sourcePort[row]! & 255]!;
      if (found !== 0) radiation[row] = found;
      else rows[left++] = row;
    }
    open.count = left;
  },
};

function classes(types: Partial<Record<RadiationName, readonly number[]>>): Uint8Array {
  const byType = new Uint8Array(256);
  for (const [name, numbers] of Object.entries(types))
    for (const type of numbers) byType[type] = Radiation[name as RadiationName];
  return byType;
}
