import { describe, expect, test } from 'vitest';
import { judge, oddsOfChance } from '../../../shared/judge.ts';

const CHANCE = 2 ** -16;

describe('odds: P(Binomial(candidates, chance) ≥ matched)', () => {
  test('none of anything is certain, more than there are is impossible', () => {
    expect(oddsOfChance(100, 0.5, 0)).toBe(1);
    expect(oddsOfChance(0, CHANCE, 0)).toBe(1);
    expect(oddsOfChance(3, CHANCE, 4)).toBe(0);
  });
  test('small ones by hand', () => {
    expect(oddsOfChance(2, CHANCE, 2) / 2 ** -32).toBeCloseTo(1, 9);
    expect(oddsOfChance(1, CHANCE, 1) / CHANCE).toBeCloseTo(1, 9);
    // 1 − (1 − p)³, and coins: (10·9/2 + 10 + 1) / 1024 heads of 8 or more in 10.
    expect(oddsOfChance(3, 0.25, 1)).toBeCloseTo(1 - 0.75 ** 3, 12);
    expect(oddsOfChance(10, 0.5, 8)).toBeCloseTo(56 / 1024, 12);
    expect(oddsOfChance(10, 0.5, 2)).toBeCloseTo(1 - 11 / 1024, 12);
  });
  test('against Poisson’s approximation where chance is small', () => {
    // λ = 1: P(≥ 5) = 0.00365985; λ = 10: P(≥ 3) = 0.99723060.
    expect(oddsOfChance(65_536, CHANCE, 5)).toBeCloseTo(0.00365985, 6);
    expect(oddsOfChance(655_360, CHANCE, 3)).toBeCloseTo(0.9972306, 5);
  });
  test('they fall with every match and rise with every candidate, up to 4 billion', () => {
    let before = 1;
    for (let matched = 1; matched < 200; matched++) {
      const odds = oddsOfChance(1_000_000, CHANCE, matched);
      expect(odds).toBeLessThanOrEqual(before);
      before = odds;
    }
    expect(oddsOfChance(0xffffffff, CHANCE, 65_536)).toBeCloseTo(0.5, 2);
    expect(oddsOfChance(0xffffffff, CHANCE, 0xffffffff)).toBe(0);
    expect(oddsOfChance(1_000_000, CHANCE, 1_000_000)).toBe(0);
  });
});

describe('what may be said', () => {
  const tool = { kind: 'tool', chance: CHANCE } as const;
  const rare = { kind: 'tool', chance: 2 ** -32 } as const;
  const behaviour = { kind: 'tool', chance: null } as const;
  test.for([
    { name: 'nothing matched', rule: tool, matched: 0, candidates: 9, verdict: 'none' },
    { name: 'one match proves nothing', rule: tool, matched: 1, candidates: 1, verdict: 'possible' },
    {
      name: 'not even of the rarest',
      rule: rare,
      matched: 1,
      candidates: 1,
      verdict: 'possible',
    },
    { name: 'two of two: the first does not count', rule: tool, matched: 2, candidates: 2, verdict: 'possible' },
    { name: 'two of two of the rarest', rule: rare, matched: 2, candidates: 2, verdict: 'label' },
    {
      name: 'two of six of the rarest: 5 · 2^-32 is above 1e-9',
      rule: rare,
      matched: 2,
      candidates: 6,
      verdict: 'possible',
    },
    { name: 'three of three', rule: tool, matched: 3, candidates: 3, verdict: 'label' },
    { name: 'three of four: 3 · 2^-32 is below 1e-9', rule: tool, matched: 3, candidates: 4, verdict: 'label' },
    { name: 'three of five: it is not', rule: tool, matched: 3, candidates: 5, verdict: 'possible' },
    { name: 'two of a hundred thousand', rule: tool, matched: 2, candidates: 100_000, verdict: 'possible' },
    { name: 'half of them', rule: tool, matched: 50_000, candidates: 100_000, verdict: 'label' },
    { name: 'behaviour, twice', rule: behaviour, matched: 2, candidates: 2, verdict: 'possible' },
    { name: 'behaviour, three times', rule: behaviour, matched: 3, candidates: 3, verdict: 'label' },
    { name: 'behaviour, nine of ten', rule: behaviour, matched: 9, candidates: 10, verdict: 'label' },
    { name: 'behaviour, eight of nine', rule: behaviour, matched: 8, candidates: 9, verdict: 'possible' },
    { name: 'a hint', rule: { kind: 'hint', chance: null }, matched: 99, candidates: 99, verdict: 'none' },
    { name: 'a hint by chance', rule: { kind: 'hint', chance: CHANCE }, matched: 99, candidates: 99, verdict: 'none' },
  ] as const)('$name', ({ rule, matched, candidates, verdict }) => {
    expect(judge(rule, matched, candidates).verdict).toBe(verdict);
  });
  test('odds are of what came behind the first match, and behaviour has none', () => {
    expect(judge(tool, 1, 1).odds).toBe(1);
    expect(judge(tool, 3, 3).odds! / 2 ** -32).toBeCloseTo(1, 9);
    expect(judge(behaviour, 3, 3).odds).toBeNull();
  });
});
