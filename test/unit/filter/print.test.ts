/** Reading and printing: thousands of filters keep their trees; what binds tighter, and what ids inherit. */
import { describe, expect, test } from 'vitest';
import { type Expression, parseFilter, printFilter } from '../../../shared/filter/index.ts';
import { madeVocabulary, manualExpressions, RandomFilters } from '../../support/filter-expressions.ts';

/** The tree without the places in the text. */
function bare(tree: Expression): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value) => (key === 'span' ? undefined : value)));
}

function expectSame(text: string, other: string): void {
  expect(bare(parseFilter(text)), `${text}   and   ${other}`).toEqual(bare(parseFilter(other)));
}

/** Spans lie in the text, hold those of their parts, and neither begin nor end with a blank. */
function expectSpans(text: string, node: unknown, outer = { start: 0, end: text.length }): void {
  if (typeof node !== 'object' || node === null) return;
  const { span = outer, ...parts } = node as { span?: typeof outer };
  expect(
    span.start >= outer.start && span.start < span.end && span.end <= outer.end,
    `${text} ${JSON.stringify(node)}`,
  ).toBe(true);
  expect(text.slice(span.start, span.end), text).toMatch(/^\S(.*\S)?$/s);
  for (const part of Object.values(parts)) expectSpans(text, part, span);
}

const random = [1, 12, 105, 113].flatMap((linkType) => {
  const filters = new RandomFilters(100 + linkType, madeVocabulary, linkType);
  // A range of tcp's services is no range of udp's, here and in tcpdump.
  return Array.from({ length: 1_000 }, () => filters.next().replaceAll('ssh-http', '22-80'));
});

test('printed, and read again: the same tree, and the same text', () => {
  for (const text of [...manualExpressions, ...random]) {
    const printed = printFilter(parseFilter(text));
    expectSame(text, printed);
    expect(printFilter(parseFilter(printed))).toBe(printed);
  }
});

test('every part has its place inside of its whole', () => {
  for (const text of [...manualExpressions, ...random]) expectSpans(text, parseFilter(text));
});

test('blanks and parentheses around the whole change nothing', () => {
  for (const text of random.slice(0, 500)) {
    expectSame(text, `  \t${text.replaceAll(' ', '\r\n')}\n`);
    expectSame(text, `((${text}))`);
  }
});

test('two filters joined in parentheses are their two trees', () => {
  for (let i = 0; i + 1 < 600; i += 2) {
    const [one, other] = [random[i]!, random[i + 1]!];
    const tree = parseFilter(`not (${one}) and not (${other})`);
    const terms = tree.kind === 'and' ? tree.terms.map((term) => (term.kind === 'not' ? bare(term.term) : null)) : [];
    expect(terms).toEqual([bare(parseFilter(one)), bare(parseFilter(other))]);
  }
});

describe('what binds tighter', () => {
  test.for([
    ['tcp and udp or arp', '(tcp and udp) or arp'],
    ['tcp or udp and arp', '(tcp or udp) and arp'],
    ['tcp or udp and arp or ip6', '((tcp or udp) and arp) or ip6'],
    ['tcp || udp && arp', '(tcp or udp) and arp'],
    ['not tcp and udp', '(not tcp) and udp'],
    ['not tcp or udp and not arp', '((not tcp) or udp) and (not arp)'],
    ['! tcp', 'not tcp'],
    ['not not tcp and udp', '(not (not tcp)) and udp'],
    ['not len = 5 and tcp', '(not (len = 5)) and tcp'],
    ['tcp and (udp and arp) and ip', 'tcp and udp and arp and ip'],
    ['tcp or (udp or arp) or ip', 'tcp or udp or arp or ip'],
  ] as const)('%s', ([text, same]) => expectSame(text, same));
});

describe('what ids inherit', () => {
  test.for([
    ['tcp dst port 80 or 443', 'tcp dst port 80 or tcp dst port 443'],
    ['tcp dst port 80 or 443 or https', 'tcp dst port 80 or tcp dst port 443 or tcp dst port 443'],
    ['host 192.0.2.1 and not 192.0.2.2', 'host 192.0.2.1 and not host 192.0.2.2'],
    ['src net 10 or 192.0.2.0/24 or 2001:db8::/32', 'src net 10 or src net 192.0.2.0/24 or src net 2001:db8::/32'],
    ['udp port (53 or 123) or 5353', 'udp port 53 or udp port 123 or udp port 5353'],
    ['dst port 22 or src 23', 'dst port 22 or src host 0.0.0.23'],
    ['tcp port 22 or udp port 53 or 123', 'tcp port 22 or udp port 53 or udp port 123'],
    [
      'ether src 00:53:00:00:00:01 or 00:53:00:00:00:02',
      'ether src host 00:53:00:00:00:01 or ether src host 00:53:00:00:00:02',
    ],
    ['ip proto 6 or 17', 'ip proto 6 or ip proto 17'],
    ['portrange 1-9 or 20-29', 'portrange 1-9 or portrange 20-29'],
    ['port not 80', 'not port 80'],
    ['port 80 or (81 or host 192.0.2.1) or 82', 'port 80 or (port 81 or host 192.0.2.1) or port 82'],
  ] as const)('%s', ([text, same]) => {
    // A `not` behind qualifiers begins elsewhere: only meanings are compared.
    expectSame(text, same);
  });

  test.for(['tcp or 80', 'tcp port 80 or udp or 53', 'vlan 5 or 80', 'len = 5 or 80', 'port 80 or tag mirai or 81'])(
    '%s: a word of its own ends it',
    (text) => {
      expect(() => parseFilter(text)).toThrow(/^what is "\d+"\? Write port or host before it$/);
    },
  );
});

test.for([
  ['a quotation mark', 'sensor \\a"b', 'sensor \\a"b'],
  ['blanks', 'sensor "north and south"', 'sensor "north and south"'],
  ['a backslash', 'sensor "a\\b"', 'sensor "a\\b"'],
  ['a word of the language', 'sensor "and" or sensor \\gateway', 'sensor "and" or sensor "gateway"'],
  ['a number', 'sensor 17', 'sensor "17"'],
  ['an address', 'sensor 2001:db8::1', 'sensor "2001:db8::1"'],
  ['one letter', 'sensor x', 'sensor "x"'],
  ['other letters', 'sensor "暗闇 😀"', 'sensor "暗闇 😀"'],
] as const)('a sensor whose name has or is %s', ([, text, printed]) => {
  expect(printFilter(parseFilter(text))).toBe(printed);
  expectSame(text, printed);
});
