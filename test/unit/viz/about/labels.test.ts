/** Labels as the server tells them, and how sure they are in words. */
import { expect, test } from 'vitest';
import { fingerprintRules } from '../../../../shared/fingerprints.ts';
import { readBreakdown } from '../../../../viz/feed/breakdown-answer.ts';
import { readLabels, readScanner, type SourceLabel } from '../../../../viz/feed/labels-answer.ts';
import { certaintyWords, oddsWords } from '../../../../viz/panels/about/odds.ts';
import { ruleWords, ruleWordsJa } from '../../../../viz/text/rules.ts';
import { textOf } from '../../../../viz/text/text.ts';

const time = '2026-01-01T00:00:00.000Z';
const told = {
  rule: 'mirai',
  tool: 'Mirai',
  kind: 'tool',
  era: 'since August 2016',
  formula: 'sequence = target',
  reference: 'a paper',
  state: 'label',
  needs: 'packet',
  matched: 3,
  candidates: 8,
  odds: 1e-20,
  first: time,
  last: time,
  instances: 2,
  evidence: [{ time, bytes: '45xx', marks: [{ offset: 0, length: 1, field: 'ttl' }], masked: [] }],
};

test('labels and their packets are read, masked bytes as such', () => {
  const [label] = readLabels([told]);
  expect(label).toMatchObject({ rule: 'mirai', state: 'label', odds: 1e-20, instances: 2 });
  expect(label!.proofs).toMatchObject([{ seconds: 1_767_225_600, bytes: ['45', null] }]);
});

test('a server that does not tell of them has none, and its other figures are read', () => {
  const answer = { from: time, to: time, all: null, port: [] };
  expect(readBreakdown(answer)).toMatchObject({ labels: [], scanner: null });
  const more = readBreakdown({ ...answer, labels: [told], scanner: { name: 'A', list: 'b' } });
  expect(more).toMatchObject({ labels: [{ rule: 'mirai' }], scanner: { name: 'A', list: 'b' } });
  expect([...more.groups.keys()]).toEqual(['port']);
});

test.for([
  ['labels that are no list', { labels: {} }],
  ['too many labels', { labels: new Array(65).fill(told) }],
  ['a packet that is no hex', { labels: [{ ...told, evidence: [{ ...told.evidence[0], bytes: '4' }] }] }],
  [
    'a packet that is too long',
    { labels: [{ ...told, evidence: [{ ...told.evidence[0], bytes: '00'.repeat(257) }] }] },
  ],
  ['odds that are no number', { labels: [{ ...told, odds: '1' }] }],
  ['marks without a place', { labels: [{ ...told, evidence: [{ ...told.evidence[0], marks: [{ field: 'ttl' }] }] }] }],
] as const)('%s cannot be read', ([, { labels }]) => {
  expect(() => readLabels(labels)).toThrow();
});

test('nonsense is no scanner', () => {
  expect(() => readScanner('x')).toThrow();
  expect(() => readScanner({ name: 1, list: 'b' })).toThrow();
});

const label = (change: Partial<SourceLabel>) => ({ ...readLabels([told])[0]!, ...change });

test.for([
  [{ odds: 0.7 }, 'By chance: likely.'],
  [{ odds: 1 / 52_000 }, 'By chance: 1 in 52,000.'],
  [{ odds: 1e-9 }, 'By chance: 1 in 10⁹.'],
  [{ odds: 3e-15 }, 'By chance: 1 in 10¹⁴.'],
  [{ odds: 0 }, 'By chance: less than 1 in 10³⁰⁰.'],
  [{ odds: null }, 'That is no matter of chance, but of behaviour.'],
  [{ odds: null, state: 'hint' }, ''],
] as const)('odds of %j are told as "%s"', ([change, words]) => {
  expect(oddsWords(label(change), textOf('en'), 'en')).toBe(words);
});

test('how sure it is depends on more than the odds', () => {
  const text = textOf('en');
  const states = [
    label({}),
    label({ odds: null }),
    label({ state: 'possible' }),
    label({ state: 'possible', odds: null }),
    label({ state: 'hint', odds: null }),
  ].map((each) => certaintyWords(each, text));
  expect(new Set(states).size).toBe(5);
  expect(states[0]).toBe(text.labelSure);
  expect(states[4]).toBe(text.labelHint);
});

test('every rule is written in Japanese, with its formula and its era where it has one', () => {
  expect(Object.keys(ruleWordsJa).sort()).toEqual(fingerprintRules.map(({ tag }) => tag).sort());
  for (const rule of fingerprintRules) {
    const words = ruleWords({ ...rule, rule: rule.tag }, 'ja');
    expect(words.formula, rule.tag).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
    expect(words.era === '', rule.tag).toBe(rule.era === '');
    expect(ruleWords({ ...rule, rule: rule.tag }, 'en')).toEqual({
      tool: rule.tool,
      formula: rule.formula,
      era: rule.era,
    });
  }
  const unknown = { rule: 'constructor', tool: 'X', formula: 'f', era: '' };
  expect(ruleWords(unknown, 'ja')).toEqual({ tool: 'X', formula: 'f', era: '' });
});
