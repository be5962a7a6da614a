/** Why a source is called what it is called: what rules found, how sure that is, and the packets that prove it. */
import { type FingerprintRule, fingerprintRules } from '../../shared/fingerprints.ts';
import { judge } from '../../shared/judge.ts';
import { Tag } from '../../shared/tags.ts';
import type { RuleEvidence } from '../store/stores.ts';
import { type ByteSpan, hexOf, marksOf, masksOf } from './proof-bytes.ts';
import { timeText } from './time-text.ts';

type LabelState = 'label' | 'possible' | 'hint';

/** The schema in labels.ts says what is what. */
export interface SourceLabel {
  rule: string;
  tool: string;
  kind: 'tool' | 'hint';
  era: string;
  formula: string;
  reference: string;
  state: LabelState;
  needs: 'packet' | 'pair';
  matched: number;
  candidates: number;
  odds: number | null;
  first: string;
  last: string;
  instances: number;
  evidence: { time: string; bytes: string; marks: ByteSpan[]; masked: ByteSpan[] }[];
}

const ruleOf = new Map<number, FingerprintRule>(fingerprintRules.map((rule) => [Tag[rule.tag], rule]));
const ORDER: readonly LabelState[] = ['label', 'possible', 'hint'];

/** Surest first. What a newer sensor tells of rules that are not known here is left out: nobody could judge it. */
export function labelsOf(evidence: readonly RuleEvidence[], withTargets: boolean): SourceLabel[] {
  return evidence
    .flatMap((found) => {
      const rule = ruleOf.get(found.tag);
      return rule === undefined || found.matched === 0 ? [] : [labelOf(rule, found, withTargets)];
    })
    .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.matched - a.matched);
}

function labelOf(rule: FingerprintRule, found: RuleEvidence, withTargets: boolean): SourceLabel {
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
