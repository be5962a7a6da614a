/** Why a source is called what it is called, as `/api/v1/sources/…` tells it, checked. */
import { unreadableError } from './answers.ts';
import { count, record, seconds } from './series-answer.ts';

export interface ByteSpan {
  readonly offset: number;
  readonly length: number;
  readonly field: string;
}

export interface Proof {
  readonly seconds: number;
  /** Two hex digits each, from the IP header on; null where it is kept from this viewer. */
  readonly bytes: readonly (string | null)[];
  readonly marks: readonly ByteSpan[];
  readonly masked: readonly ByteSpan[];
}

export type LabelState = 'label' | 'possible' | 'hint';

export interface SourceLabel {
  readonly rule: string;
  readonly tool: string;
  readonly era: string;
  readonly formula: string;
  readonly reference: string;
  readonly state: LabelState;
  readonly needs: 'packet' | 'pair';
  readonly matched: number;
  readonly candidates: number;
  /** Null where the rule is no matter of chance. */
  readonly odds: number | null;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly instances: number;
  readonly proofs: readonly Proof[];
}

export interface SourceScanner {
  readonly name: string;
  readonly list: string;
}

/** More than the server gives of each. */
const MOST_LABELS = 64;
const MOST_PROOFS = 64;
const MOST_BYTES = 256;

/** Throws QuestionError. A server that does not tell of labels has none. */
export function readLabels(value: unknown): SourceLabel[] {
  return list(value ?? [], MOST_LABELS).map((label) => {
    const { rule, tool, era, formula, reference, state, needs, matched, candidates, odds, first, last, ...rest } =
      record(label);
    return {
      rule: words(rule),
      tool: words(tool),
      era: words(era),
      formula: words(formula),
      reference: words(reference),
      state: state === 'label' || state === 'hint' ? state : 'possible',
      needs: needs === 'pair' ? 'pair' : 'packet',
      matched: count(matched),
      candidates: count(candidates),
      odds: odds === null ? null : count(odds),
      firstSeconds: seconds(first),
      lastSeconds: seconds(last),
      instances: count(rest.instances),
      proofs: list(rest.evidence, MOST_PROOFS).map(readProof),
    };
  });
}

function readProof(value: unknown): Proof {
  const { time, bytes, marks, masked } = record(value);
  const digits = words(bytes);
  if (digits.length > MOST_BYTES * 2 || !/^([0-9a-f]{2}|xx)*$/.test(digits)) throw unreadableError();
  const pairs = digits.match(/../g) ?? [];
  return {
    seconds: seconds(time),
    bytes: pairs.map((pair) => (pair === 'xx' ? null : pair)),
    marks: readSpans(marks),
    masked: readSpans(masked),
  };
}

function readSpans(value: unknown): ByteSpan[] {
  return list(value, MOST_BYTES).map((span) => {
    const { offset, length, field } = record(span);
    return { offset: count(offset), length: count(length), field: words(field) };
  });
}

/** Throws QuestionError. */
export function readScanner(value: unknown): SourceScanner | null {
  if (value === null || value === undefined) return null;
  const { name, list: from } = record(value);
  return { name: words(name), list: words(from) };
}

function list(value: unknown, most: number): unknown[] {
  if (!Array.isArray(value) || value.length > most) throw unreadableError();
  return value;
}

function words(value: unknown): string {
  if (typeof value !== 'string') throw unreadableError();
  return value;
}
