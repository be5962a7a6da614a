/** A packet that proves a label, byte by byte: what the rule looks at is marked, what is kept from this viewer is said. */
import type { ByteSpan, Proof } from '../../feed/labels-answer.ts';
import { fill, type TextKey } from '../../text/text.ts';
import { element, type PanelContext } from '../panel.ts';
import { momentWords } from './group.ts';

const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
const TRANSPORT_BYTES = 20;
const MASKED = '••';

/** Fields of headers, as the API names them: others keep the name that they have there. */
const FIELD_WORDS: Readonly<Record<string, TextKey>> = {
  ipId: 'proofIpId',
  ttl: 'proofTtl',
  target: 'proofTarget',
  sourcePort: 'proofSourcePort',
  targetPort: 'proofTargetPort',
  sequence: 'proofSequence',
  acknowledgement: 'proofAcknowledgement',
  flags: 'proofFlags',
  window: 'proofWindow',
  options: 'proofOptions',
  checksum: 'proofChecksum',
  ipOptions: 'proofIpOptions',
  optionValue: 'proofOptionValue',
  timestamp: 'proofTimestamp',
  urgent: 'proofUrgent',
  other: 'proofOther',
};

export function createProof(proof: Proof, context: PanelContext): HTMLElement {
  const { text } = context;
  const parts = partsOf(proof).map(({ title, from, to }) =>
    element('div', 'proof-part', element('span', 'proof-header', title), bytesOf(proof, from, to)),
  );
  // The bytes are for the eye; the list below says the same in words.
  const picture = element('div', 'proof-bytes', ...parts);
  picture.setAttribute('aria-hidden', 'true');
  const fields = element('ul', 'proof-fields', ...proof.marks.map((span) => fieldOf(proof, span, context)));
  fields.setAttribute('aria-label', text.proofMarked);
  const hidden = [...new Set(proof.masked.map(({ field }) => fieldWords(field, context)))];
  return element(
    'li',
    'proof',
    element('p', 'quiet', momentWords(proof.seconds, context)),
    picture,
    fields,
    ...(hidden.length === 0
      ? []
      : [element('p', 'proof-kept quiet', fill(text.proofMasked, { fields: hidden.join(text.listSeparator) }))]),
  );
}

interface Part {
  readonly title: string;
  readonly from: number;
  readonly to: number;
}

/** The headers, and the options of TCP by themselves. */
function partsOf({ bytes }: Proof): Part[] {
  const first = Number.parseInt(bytes[0] ?? '0', 16);
  const isIpv6 = first >> 4 === 6;
  const transport = isIpv6 ? IPV6_HEADER_BYTES : Math.max(IPV4_HEADER_BYTES, (first & 15) * 4);
  const protocol = bytes[isIpv6 ? 6 : 9];
  const name = protocol === '06' ? 'TCP' : protocol === '11' ? 'UDP' : '…';
  const ends = [transport, transport + TRANSPORT_BYTES, bytes.length];
  return ['IP', name, '+']
    .map((title, at) => ({ title, from: at === 0 ? 0 : ends[at - 1]!, to: Math.min(ends[at]!, bytes.length) }))
    .filter(({ from, to }) => to > from);
}

function bytesOf({ bytes, marks, masked }: Proof, from: number, to: number): HTMLElement {
  const cells = Array.from({ length: to - from }, (_, at) => {
    const offset = from + at;
    const isMarked = marks.some((span) => lies(offset, span));
    const isMasked = masked.some((span) => lies(offset, span)) || bytes[offset] === null;
    const cell = element('span', 'proof-byte', bytes[offset] ?? MASKED);
    cell.classList.toggle('proof-marked', isMarked);
    cell.classList.toggle('proof-masked', isMasked);
    return cell;
  });
  const groups = Array.from({ length: Math.ceil(cells.length / 4) }, (_, at) =>
    element('span', 'proof-word', ...cells.slice(at * 4, at * 4 + 4)),
  );
  return element('span', 'proof-words', ...groups);
}

const lies = (at: number, { offset, length }: ByteSpan) => at >= offset && at < offset + length;

/** Name, bytes and place of a field. */
function fieldOf({ bytes }: Proof, { offset, length, field }: ByteSpan, context: PanelContext): HTMLElement {
  const { text } = context;
  const shown = bytes.slice(offset, offset + length);
  const isWhole = shown.every((byte) => byte !== null);
  const place = fill(length === 1 ? text.proofByte : text.proofBytes, { from: offset, to: offset + length - 1 });
  return element(
    'li',
    'proof-field',
    element('span', 'proof-name', fieldWords(field, context)),
    element('span', isWhole ? 'proof-value' : 'proof-value proof-masked', isWhole ? shown.join('') : text.proofKept),
    element('span', 'quiet', place),
  );
}

function fieldWords(field: string, { text }: PanelContext): string {
  const key = Object.hasOwn(FIELD_WORDS, field) ? FIELD_WORDS[field] : undefined;
  return key === undefined ? field : text[key];
}
