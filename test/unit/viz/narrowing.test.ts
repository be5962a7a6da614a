/** A click on a number adds to the filter: what comes out selects exactly what it should, and reads well. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planFlowFilter } from '../../../shared/filter/flow-plan.ts';
import { compileFlowFilter } from '../../../shared/filter/flow-test.ts';
import { FilterError, parseFilter, printFilter } from '../../../shared/filter/index.ts';
import { MOST_FILTER_CHARACTERS, narrowed, readFilter } from '../../../viz/feed/filter.ts';
import { flowFilters } from '../../support/flow-filters.ts';
import { ROWS, randomFlows, randomNumbers } from '../../support/random-flows.ts';

const random = randomNumbers();
const batches = [randomFlows(4, random), randomFlows(6, random)];

/** Found at random: denied, and then asked for. */
const DENIED = '(inner ip proto 1 and (host 192.0.2.1 and class other))';

/** Rows that the filter selects; null for what flows cannot answer. */
function selected(text: string): string | null {
  try {
    const select = compileFlowFilter(planFlowFilter(parseFilter(text), { sensor: () => 3 }));
    return batches
      .map((batch) => {
        const mask = new Uint8Array(ROWS);
        select(batch, mask);
        return mask.join('');
      })
      .join(' ');
  } catch (error) {
    if (error instanceof FilterError) return null;
    throw error;
  }
}

describe('a narrowed filter', () => {
  test.for<[filter: string, term: string, without: boolean, result: string]>([
    ['', 'dst port 23', false, 'dst port 23'],
    ['', 'dst port 23', true, 'not dst port 23'],
    ['country CN', 'dst port 23', false, 'country CN and dst port 23'],
    ['country CN', 'dst port 23 and tcp', false, 'country CN and dst port 23 and tcp'],
    ['country CN', 'dst port 23 and tcp', true, 'country CN and not (dst port 23 and tcp)'],
    ['country CN or country RU', 'tcp', false, '(country CN or country RU) and tcp'],
    ['tcp', 'country CN or country RU', false, 'tcp and (country CN or country RU)'],
    ['tcp', 'country CN or country RU', true, 'tcp and not (country CN or country RU)'],
    ['country CN and tcp', 'tcp', false, 'country CN and tcp'],
    ['country cn && dst port telnet', 'tcp dst port 23', false, 'country CN and tcp dst port 23'],
    // The opposite gives way.
    ['country CN and tcp', 'country CN', true, 'tcp and not country CN'],
    ['country CN', 'country CN', true, 'not country CN'],
    ['not country CN', 'country CN', false, 'country CN'],
    ['tcp and not country CN', 'country CN', false, 'tcp and country CN'],
    ['udp and dst port 53 and udp', 'dst port 53 and udp', true, 'not (dst port 53 and udp)'],
    [
      'country RU and (country CN and class other)',
      'not (class other)',
      false,
      'country RU and country CN and not class other',
    ],
    // Half of it is something else.
    ['dst port 23', 'dst port 23 and tcp', true, 'dst port 23 and not (dst port 23 and tcp)'],
    ['tcp', 'not udp', true, 'tcp and udp'],
    ['tcp', 'not (udp and icmp)', true, 'tcp and udp and icmp'],
    ['sensor "a \\"', 'tcp', false, 'sensor "a \\" and tcp'],
    // What cannot be read is not kept: nothing would ever come through.
    ['port port', 'tcp', false, 'tcp'],
    ['tcp', 'port port', false, '(tcp) and (port port)'],
  ])('%s, then %s (without: %s), is %s', ([filter, term, without, result]) => {
    expect(narrowed(filter, term, without)).toBe(result);
  });

  test('selects what both filters select, and is not longer than it must be', () => {
    fc.assert(
      fc.property(flowFilters, flowFilters, fc.boolean(), (filter, term, without) => {
        const added = without ? `not (${term})` : term;
        const result = narrowed(filter, term, without);
        const texts = (text: string) => {
          const expression = parseFilter(text);
          return (expression.kind === 'and' ? expression.terms : [expression]).map(printFilter);
        };
        const wantedTerm = parseFilter(term);
        // The opposite of what is denied is the thing itself, and no double denial.
        const denied = wantedTerm.kind === 'not' ? [printFilter(wantedTerm.term)] : texts(`not (${term})`);
        const opposite = without ? texts(term) : denied;
        // What was replaced is not meant to say the same.
        fc.pre(opposite.some((one) => !texts(filter).includes(one)));
        const wanted = selected(`(${filter}) and (${added})`);
        fc.pre(wanted !== null);
        expect(selected(result)).toBe(wanted);
        // Once more changes nothing, and what is printed is read the same again.
        expect(narrowed(result, term, without)).toBe(result);
        expect(printFilter(parseFilter(result))).toBe(result);
      }),
      { numRuns: 400, examples: [[DENIED, 'not (class other)', false]] },
    );
  });
});

test('the filter in the address is short, or refused: never read in part', () => {
  expect(readFilter(null)).toBe('');
  expect(readFilter('  tcp ')).toBe('tcp');
  const long = readFilter(' a'.repeat(600_000));
  expect(long.length).toBe(MOST_FILTER_CHARACTERS + 1);
  expect(() => parseFilter(long)).toThrow(expect.objectContaining({ code: 'FILTER_TOO_LARGE' }));
});
