/** Labels of a source, as the API tells them. */
import Type from 'typebox';
import { Count, Time } from './schemas.ts';

const Span = Type.Object({ offset: Count, length: Count, field: Type.String() });
const Proof = Type.Object({
  time: Time,
  bytes: Type.String({ description: 'from the IP header on, as hex; `xx` for what viewers do not see' }),
  marks: Type.Array(Span, { description: 'bytes that the rule looks at' }),
  masked: Type.Array(Span, { description: 'bytes that are kept back, since the target might be derived from them' }),
});
const Label = Type.Object({
  rule: Type.String({ description: 'the tag, as in filters' }),
  tool: Type.String(),
  kind: Type.Enum(['tool', 'hint']),
  era: Type.String({ description: 'versions and times for which the rule holds; empty for always' }),
  formula: Type.String(),
  reference: Type.String(),
  state: Type.Enum(['label', 'possible', 'hint'], {
    description: '`label`: chance is ruled out. `possible`: something matched, and that is all. `hint`: names no tool',
  }),
  needs: Type.Enum(['packet', 'pair'], { description: 'what is counted as a candidate' }),
  matched: Count,
  candidates: Count,
  odds: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
    description: 'that chance alone makes so many matches; null where the rule is behaviour, and no matter of chance',
  }),
  first: Time,
  last: Time,
  instances: Type.Integer({ minimum: 0, description: 'processes or runs that can be told apart, at least' }),
  evidence: Type.Array(Proof),
});
export const Labels = Type.Array(Label, { description: 'of all the session, whatever span and filter' });
