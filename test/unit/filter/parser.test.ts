/** The filter language: what is read, what is refused and where the caret stands. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FilterError, parseFilter, printFilter } from '../../../shared/filter/index.ts';
import { madeVocabulary, manualExpressions, RandomFilters } from '../../support/filter-expressions.ts';

function errorOf(text: string): FilterError {
  try {
    parseFilter(text);
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`"${text}" is not refused`);
}

/** The tree without the places in the text. */
function bare(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value) => (key === 'span' ? undefined : value)));
}

describe('printed again', () => {
  test.for([
    ['tcp dst port 80 or 443', 'tcp dst port 80 or tcp dst port 443'],
    ['not port 80 and 81', 'not port 80 and port 81'],
    ['port (22 or 23)', 'port 22 or port 23'],
    ['tcp port 80 or (udp port 53) or 443', 'tcp port 80 or udp port 53 or tcp port 443'],
    ['ip && !tcp || (udp)', '(ip and not tcp) or udp'],
    ['dst or src host 192.0.2.1', 'host 192.0.2.1'],
    ['src and dst net 10', 'src and dst net 10.0.0.0/8'],
    ['net 192.168.1', 'net 192.168.1.0/24'],
    ['host 192.168', 'net 192.168.0.0/16'],
    ['net 10.0.3.0 mask 255.0.255.0', 'net 10.0.3.0 mask 255.0.255.0'],
    ['net 2001:DB8:0:0::/32', 'net 2001:db8::/32'],
    ['port domain', 'port 53'],
    ['port ssh', 'tcp port 22'],
    ['portrange 1023-1', 'portrange 1-1023'],
    ['ip proto \\tcp', 'ip proto 6'],
    ['proto GRE', 'proto 47'],
    ['ether proto \\ip6', 'ether proto 34525'],
    ['less 60', 'len <= 60'],
    ['broadcast', 'ether broadcast'],
    ['wlan addr1 1-2-3-4-5-6', 'ether addr1 host 01:02:03:04:05:06'],
    ['es-is or is-is', 'esis or isis'],
    ['tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn', 'tcp[13] & (2 | 16) = 2'],
    ['10 - 3 - 2 = len', '(10 - 3) - 2 = len'],
    ['1 + 2 * 3 = len', '1 + (2 * 3) = len'],
    ['10 % 3 + 4 = len', '10 % (3 + 4) = len'],
    ['0x10 + 010 = len', '16 + 8 = len'],
    ['vlan 5 and vlan = 7', 'vlan 5 and vlan = 7'],
    ['country jp', 'country JP'],
    ['sensor tcp-roof or sensor "tcp"', 'sensor tcp-roof or sensor "tcp"'],
    ['inner icmp', 'inner icmp'],
    ['type mgt subtype beacon', 'type mgt subtype 128'],
  ])('%s', ([text, canonical]) => {
    expect(printFilter(parseFilter(text!))).toBe(canonical);
  });

  test.for(manualExpressions)('%s is the same tree', (text) => {
    const tree = parseFilter(text);
    expect(bare(parseFilter(printFilter(tree)))).toEqual(bare(tree));
  });

  test('random filters are the same trees', () => {
    for (const linkType of [1, 105]) {
      const filters = new RandomFilters(linkType, madeVocabulary, linkType);
      for (let count = 0; count < 1_000; count++) {
        // A range of tcp's services is no range of udp's, here and in tcpdump.
        const tree = parseFilter(filters.next().replaceAll('ssh-http', '22-80'));
        expect(bare(parseFilter(printFilter(tree)))).toEqual(bare(tree));
      }
    }
  });
});

test('every part knows its place in the text', () => {
  const tree = parseFilter('arp or not tcp dst port 23');
  expect(tree.span).toEqual({ start: 0, end: 26 });
  expect(tree.kind === 'or' && tree.terms.map(({ span }) => [span.start, span.end])).toEqual([
    [0, 3],
    [7, 26],
  ]);
});

describe('refused', () => {
  test.for([
    ['', 'FILTER_SYNTAX', ''],
    ['tcp and', 'FILTER_SYNTAX', ''],
    ['(tcp', 'FILTER_SYNTAX', ''],
    ['tcp)', 'FILTER_SYNTAX', ')'],
    ['tcp udp', 'FILTER_SYNTAX', 'udp'],
    ['192.0.2.1', 'FILTER_SYNTAX', '192.0.2.1'],
    ['(tcp port 80) or 81', 'FILTER_SYNTAX', '81'],
    ['ether and tcp', 'FILTER_SYNTAX', 'ether'],
    ['src proto 6', 'FILTER_SYNTAX', 'src'],
    ['host 10.0.0.0/8', 'FILTER_SYNTAX', '10.0.0.0'],
    ['inner arp', 'FILTER_SYNTAX', 'arp'],
    ['ra 00:53:00:00:00:01', 'FILTER_SYNTAX', 'ra'],
    ['tcp or foo', 'FILTER_UNKNOWN_WORD', 'foo'],
    ['TCP', 'FILTER_UNKNOWN_WORD', 'TCP'],
    ['host example.org', 'FILTER_UNKNOWN_WORD', 'example.org'],
    ['port htp', 'FILTER_UNKNOWN_WORD', 'htp'],
    ['tag mira', 'FILTER_UNKNOWN_WORD', 'mira'],
    ['tcp ; udp', 'FILTER_UNKNOWN_WORD', ';'],
    ['host 192.0.2.256', 'FILTER_BAD_VALUE', '192.0.2.256'],
    ['net 10.1.2.3/8', 'FILTER_BAD_VALUE', '10.1.2.3'],
    ['port 65536', 'FILTER_BAD_VALUE', '65536'],
    ['udp port http', 'FILTER_BAD_VALUE', 'http'],
    ['tcp host 192.0.2.1', 'FILTER_BAD_VALUE', '192.0.2.1'],
    ['ip host ::1', 'FILTER_BAD_VALUE', '::1'],
    ['ip[0:3] = 1', 'FILTER_BAD_VALUE', '3'],
    ['len / 0 = 1', 'FILTER_BAD_VALUE', '0'],
    ['len << 32 = 1', 'FILTER_BAD_VALUE', '32'],
    ['vlan 4096', 'FILTER_BAD_VALUE', '4096'],
    ['len = 4294967296', 'FILTER_BAD_VALUE', '4294967296'],
    ['len = 089', 'FILTER_BAD_VALUE', '089'],
    ['country JPN', 'FILTER_BAD_VALUE', 'JPN'],
    ['gateway 192.0.2.1', 'FILTER_UNSUPPORTED', 'gateway'],
    ['ip gateway foo', 'FILTER_UNSUPPORTED', 'gateway'],
    ['on eth0', 'FILTER_UNSUPPORTED', 'on'],
    ['geneve 5', 'FILTER_UNSUPPORTED', 'geneve'],
    ['esp[0] = 1', 'FILTER_UNSUPPORTED', 'esp'],
    ['decnet host 1.2', 'FILTER_UNSUPPORTED', '1.2'],
    ['vpi 3', 'FILTER_UNSUPPORTED', 'vpi'],
  ])('%s', ([text, code, word]) => {
    const error = errorOf(text!);
    expect(error.code).toBe(code);
    expect(text!.slice(error.span.start, error.span.end)).toBe(word);
    expect(error.message.length).toBeGreaterThan(20);
  });

  test('two lines show where', () => {
    expect(errorOf('tcp port htp').display('tcp port htp')).toBe(
      'tcp port htp\n         ^^^ "htp" is no service that is known here: give the port as a number',
    );
  });

  test('of a long text the part around the word is shown', () => {
    const text = `${'tcp or '.repeat(100)}foo${' or tcp'.repeat(100)}`;
    const [shown = '', carets = ''] = errorOf(text).display(text).split('\n');
    expect(shown.length).toBeLessThan(130);
    expect(shown.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('foo');
  });
});

describe('bounds', () => {
  test.for([
    ['the text', 'tcp or '.repeat(1_200)],
    ['parentheses', `${'('.repeat(150)}tcp${')'.repeat(150)}`],
    ['not', `${'not '.repeat(150)}tcp`],
    ['brackets', `${'ip['.repeat(150)}0${']'.repeat(150)} = 0`],
    [
      'and and or in turns',
      Array.from({ length: 250 }, (_, i) => `tcp ${i % 2 ? 'and' : 'or'} `)
        .join('')
        .concat('tcp'),
    ],
    ['the number of parts', `ip${' or ip'.repeat(1_000)}`.replaceAll('ip', 'len=1').slice(0, 8_192)],
    ['unary minus', `${'- '.repeat(150)}len = 0`],
  ])('of %s', ([, text]) => {
    expect(errorOf(text!).code).toBe('FILTER_TOO_LARGE');
  });

  test('whatever is typed, it is a tree or a FilterError, and soon', () => {
    const words = [
      'tcp',
      'port',
      '80',
      'and',
      'or',
      'not',
      '(',
      ')',
      '[',
      ']',
      ':',
      'host',
      '192.0.2.1',
      '::1',
      '&',
      '=',
    ];
    const text = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc
        .array(fc.constantFrom(...words, 'vlan', 'inner', 'len', '-', 'src', 'ether', '\\tcp', '"a b"', 'net', '/8'))
        .map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(text, (typed) => {
        try {
          const tree = parseFilter(typed);
          expect(bare(parseFilter(printFilter(tree)))).toEqual(bare(tree));
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
