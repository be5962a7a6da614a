/** Whether what was counted about a source is enough to name its tool: by the odds that chance alone did it. */
import type { FingerprintRule } from './fingerprints.ts';

export interface Judgement {
  /** `label`: the tool may be named. `possible`: something matched, and that is all. `none`: nothing did, or the rule is a hint. */
  readonly verdict: 'label' | 'possible' | 'none';
  /** That chance makes so many matches or more behind the first one; null where the rule is no matter of chance. */
  readonly odds: number | null;
}

const LEAST_MATCHED = 2;
const MOST_ODDS = 1e-9;
const LEAST_MATCHED_OF_BEHAVIOUR = 3;
const LEAST_SHARE_OF_BEHAVIOUR = 0.9;

export function judge(
  { kind, chance }: Pick<FingerprintRule, 'kind' | 'chance'>,
  matched: number,
  candidates: number,
): Judgement {
  if (chance === null) {
    if (kind === 'hint' || matched === 0) return { verdict: 'none', odds: null };
    const isSure = matched >= LEAST_MATCHED_OF_BEHAVIOUR && matched / candidates >= LEAST_SHARE_OF_BEHAVIOUR;
    return { verdict: isSure ? 'label' : 'possible', odds: null };
  }
  // A source's packets are counted from its first match on: that one was certain to come some day, and says nothing.
  const odds = oddsOfChance(Math.max(0, candidates - 1), chance, matched - 1);
  if (kind === 'hint' || matched === 0) return { verdict: 'none', odds };
  return { verdict: matched >= LEAST_MATCHED && odds <= MOST_ODDS ? 'label' : 'possible', odds };
}

/** P(Binomial(candidates, chance) ≥ matched), from 0 to 1. */
export function oddsOfChance(candidates: number, chance: number, matched: number): number {
  if (matched <= 0) return 1;
  if (matched > candidates) return 0;
  // At or below what is to be expected the odds are large: summed from the other side, where the terms are few.
  if (matched <= candidates * chance) return Math.max(0, 1 - sumBelow(candidates, chance, matched));
  let term = Math.exp(logTerm(candidates, chance, matched));
  let sum = 0;
  // Above the mean each term is smaller than the one before, and the rest soon too small to count.
  for (let k = matched; k <= candidates && term > 0; k++) {
    sum += term;
    if (term < sum * 1e-16) break;
    term *= ((candidates - k) / (k + 1)) * (chance / (1 - chance));
  }
  return Math.min(1, sum);
}

/** P(Binomial < matched), for `matched` at most its mean: from the largest term down. */
function sumBelow(candidates: number, chance: number, matched: number): number {
  let term = Math.exp(logTerm(candidates, chance, matched - 1));
  let sum = 0;
  for (let k = matched - 1; k >= 0 && term > 0; k--) {
    sum += term;
    if (term < sum * 1e-16) break;
    term *= (k / (candidates - k + 1)) * ((1 - chance) / chance);
  }
  return sum;
}

function logTerm(n: number, p: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * Math.log(p) + (n - k) * Math.log1p(-p);
}

/** Stirling's series, exact to 1e-9 from 16 on; below it the product. */
function logFactorial(n: number): number {
  if (n < 16) {
    let product = 1;
    for (let i = 2; i <= n; i++) product *= i;
    return Math.log(product);
  }
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}
