/** Why a source is called what it is called: what rules found, how sure that is, and the packets that prove it. */
import Type from 'typebox';
import { type FingerprintRule, fingerprintRules } from '../../shared/fingerprints.ts';
import { judge } from '../../shared/judge.ts';
import { Tag } from '../../shared/tags.ts';
import type { RuleEvidence } from '../store/stores.ts';
import { hexOf, marksOf, masksOf } from './proof-bytes.ts';
import { Count, Time } from './schemas.ts';
import { timeText } from './span.ts';

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

type Label = Type.Static<typeof Label>;
const ruleOf = new Map<number, FingerprintRule>(fingerprintRules.map((rule) => [Tag[rule.tag], rule]));
const ORDER: readonly Label['state'][] = ['label', 'possible', 'hint'];

/** Surest first. What a newer sensor tells of rules that are not known here is left out: nobody could judge it. */
export function labelsOf(evidence: readonly RuleEvidence[], withTargets: boolean): Label[] {
  return evidence
    .flatMap((found) => {
      const rule = ruleOf.get(found.tag);
      return rule === undefined || found.matched === 0 ? [] : [labelOf(rule, found, withTargets)];
    })
    .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.matched - a.matched);
}

function labelOf(rule: FingerprintRule, found: RuleEvidence, withTargets: boolean): Label {
  const { kind, tool, era, formula, reference, needs } = rule;
  const { matched, candidates, keys } = found;
  const { verdict, odds } = judge(rule, matched, candidates);
  return {
    rule: rule.tag,
    tool,
    kind,
    era,
    formula,
    reference,
    state: kind === 'hint' ? 'hint' : verdict === 'label' ? 'label' : 'possible',
    needs,
    matched,
    candidates,
    odds,
    first: timeText(found.firstSeconds),
    last: timeText(found.lastSeconds),
    instances: keys,
    evidence: found.packets.map(({ seconds, bytes }) => {
      const masked = withTargets ? [] : masksOf(bytes);
      return { time: timeText(seconds), bytes: hexOf(bytes, masked), marks: marksOf(bytes, rule.fields), masked };
    }),
  };
}
