/** What the checksum of a transport header says of its packet. */
import { crc32c, isChecksumGood, sumWords } from '../internet-checksum.ts';
import type { DissectNote } from './names.ts';
import type { Walk } from './walk.ts';

/** Whether all that a checksum covers is here, and nothing else stands for the addresses. `walk` stands at the header. */
export function canVerify(walk: Walk, length: number): boolean {
  const isWhole = walk.ipEnd <= walk.end && walk.end >= walk.wireEnd;
  return walk.fragment === 'whole' && !walk.rerouted && isWhole && length <= walk.available;
}

/** The sum of a pseudo-header: addresses, protocol, length (RFC 9293, section 3.1; RFC 8200, section 8.1). */
function pseudoHeader({ view, family, ipStart, type }: Walk, length: number): number {
  const [from, to] = family === 4 ? [12, 20] : [8, 40];
  return sumWords(view, ipStart + from, ipStart + to) + type + length;
}

/** Of `covered` bytes from the header on. A sender that leaves it to its card puts the sum of the pseudo-header there. */
export function verdictWithAddresses(walk: Walk, length: number, checksum: number, covered = length): DissectNote {
  if (!canVerify(walk, length)) return 'checksumNotWhole';
  const pseudo = pseudoHeader(walk, length);
  if (isChecksumGood(pseudo + sumWords(walk.view, walk.start, walk.start + covered))) return 'checksumRight';
  return checksum === folded(pseudo) ? 'checksumOffloaded' : 'checksumWrong';
}

export function verdictAlone(walk: Walk): DissectNote {
  if (!canVerify(walk, walk.available)) return 'checksumNotWhole';
  return isChecksumGood(sumWords(walk.view, walk.start, walk.end)) ? 'checksumRight' : 'checksumWrong';
}

const SCTP_CHECKSUM_AT = 8;

export function verdictSctp(walk: Walk): DissectNote {
  if (!canVerify(walk, 12)) return 'checksumNotWhole';
  const { view, start, end } = walk;
  const isRight = view.getUint32(start + SCTP_CHECKSUM_AT, true) === crc32c(view, start, end, start + SCTP_CHECKSUM_AT);
  return isRight ? 'checksumRight' : 'checksumWrong';
}

function folded(sum: number): number {
  while (sum > 0xffff) sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000);
  return sum;
}
