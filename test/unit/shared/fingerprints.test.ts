import { expect, test } from 'vitest';
import { fingerprints } from '../../../sensor/fingerprint/index.ts';
import { fingerprintRules } from '../../../shared/fingerprints.ts';
import { tagNames } from '../../../shared/tags.ts';

test('every tag has one rule, which says where it comes from and what it looks at', () => {
  expect(fingerprintRules.map(({ tag }) => tag)).toEqual(tagNames);
  for (const { tag, reference, formula, fields } of fingerprintRules) {
    expect(reference.length, tag).toBeGreaterThan(10);
    expect(formula.length, tag).toBeGreaterThan(10);
    expect(fields.length, tag).toBeGreaterThan(0);
  }
});

test('rules of single packets are those that the sensor matches packet by packet', () => {
  const single = fingerprintRules.filter(({ needs }) => needs === 'packet').map(({ tag }) => tag);
  expect(fingerprints.map(({ name }) => name).sort()).toEqual(single.sort());
});
