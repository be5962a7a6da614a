/**
 * What of a filter the kernel can do beforehand. The kernel's filter lets through whatever ours does, and is wider: it
 * does not know what is Kurayami's own, and answers otherwise for VLAN tags and IPv6 extension headers (docs/filter.md).
 */
import { printFilter } from '../../shared/filter/index.ts';
import type { Arithmetic, Expression } from '../../shared/filter/syntax.ts';

/**
 * Where our meaning departs from libpcap's, the kernel lets through: all of IPv6, and VLAN tags. They are asked for first,
 * since a byte that is not there ends the kernel's filter with no; and `vlan` also last, which finds the tags that the network
 * card took out of the packet, and moves all that would stand behind it.
 */
const DEPARTURES_FIRST = 'ip6 or ether proto 0x8100 or ether proto 0x88a8 or ether proto 0x9100 or ether proto 0x9200';

/** An expression for libpcap that selects at least what `expression` does, or null where there is none but everything. */
export function kernelFilter(expression: Expression): string | null {
  // What shifts all that stands behind it in the text cannot be taken apart or widened.
  if (some(expression, isShift)) return null;
  const known = expression.kind === 'and' ? expression.terms.filter(isKnown) : [expression].filter(isKnown);
  if (known.length === 0) return null;
  const terms = known.map((term) => `(${printFilter(term)})`).join(' and ');
  return `${DEPARTURES_FIRST} or (${terms}) or vlan`;
}

function isKnown(expression: Expression): boolean {
  return !some(expression, isOwn);
}

function isShift({ kind }: Expression): boolean {
  return kind === 'vlan' || kind === 'mpls' || kind === 'pppoes' || kind === 'geneve';
}

/** Asked on an interface, these words mean the kernel's own knowledge; in a capture, what the link-layer header says. */
const WORDS_OF_THE_HOST: readonly string[] = ['inbound', 'outbound', 'ifindex'];
const OWN_WORDS: readonly string[] = ['tag', 'class', 'radiation', 'country', 'asn', 'sensor', 'organisation', 'inner'];

function isOwn(expression: Expression): boolean {
  const { kind } = expression;
  if (kind === 'comparison') return !isForKernel(expression.left) || !isForKernel(expression.right);
  return OWN_WORDS.includes(kind) || WORDS_OF_THE_HOST.includes(kind);
}

/** Fields are ours; and by more than 31 bits, as a packet may say, the kernel shifts otherwise than libpcap and we do. */
function isForKernel(value: Arithmetic): boolean {
  switch (value.kind) {
    case 'field':
      return false;
    case 'load':
      return isForKernel(value.offset);
    case 'negation':
      return isForKernel(value.operand);
    case 'binary': {
      const { operator, left, right } = value;
      const isShift = operator === '<<' || operator === '>>';
      return isForKernel(left) && isForKernel(right) && (!isShift || right.kind === 'number');
    }
    default:
      return true;
  }
}

/** Whether the expression or a part of it is such. */
function some(expression: Expression, isSuch: (part: Expression) => boolean): boolean {
  if (isSuch(expression)) return true;
  if (expression.kind === 'and' || expression.kind === 'or') return expression.terms.some((term) => some(term, isSuch));
  return expression.kind === 'not' && some(expression.term, isSuch);
}
