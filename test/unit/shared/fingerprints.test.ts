import { expect, test } from 'vitest';
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
