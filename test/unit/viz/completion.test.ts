/** What the line of the filter suggests, and what it says is wrong. */
import { describe, expect, test } from 'vitest';
import { checkFilter } from '../../../viz/filter/check-filter.ts';
import { complete } from '../../../viz/filter/completion.ts';
import type { Surroundings } from '../../../viz/filter/vocabulary.ts';
import { en } from '../../../viz/text/en.ts';
import { ja } from '../../../viz/text/ja.ts';

function around(language: 'en' | 'ja' = 'en', more: Partial<Surroundings> = {}): Surroundings {
  const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'code' });
  return {
    text: language === 'en' ? en : ja,
    countryName: (code) => (code === '' ? 'unknown' : (names.of(code) ?? code)),
    busyCountries: [],
    sensors: ['tokyo-1', 'north east', 'not "good"'],
    networks: [{ asn: 4134, name: 'CHINANET' }],
    seesTargets: false,
    ...more,
  };
}

/** `|` is the caret. */
function suggested(line: string, surroundings = around()): string[] {
  const caret = line.indexOf('|');
  return complete(line.replace('|', ''), caret, surroundings).words.map(({ insert }) => insert);
}

describe('suggestions', () => {
  test.for<[line: string, first: string[]]>([
    ['|', ['dst port', 'country', 'src net']],
    ['chi|', ['country CL', 'country CN']],
    ['japan|', ['country JP']],
    ['telnet|', ['dst port 23', 'dst port 2323']],
    ['country |', ['AD', 'AE']],
    ['country ch|', ['CH', 'CL']],
    ['country CN |', ['and', 'or']],
    ['country CN tel|', ['and dst port 23', 'and dst port 2323']],
    ['country CN and |', ['dst port', 'country']],
    ['(country CN or |', ['dst port', 'country']],
    ['(country CN |', ['and', 'or']],
    ['not |', ['dst port', 'country']],
    ['dst |', ['port', 'portrange']],
    ['src |', ['port', 'host', 'net', 'portrange']],
    ['dst port tel|', ['23', '2323']],
    ['dst port 337|', []],
    ['dst port 338|', ['3389']],
    ['tcp |', ['and', 'or', 'dst port', 'src port', 'dst', 'src']],
    ['tag |', ['zmapLegacyTcp', 'masscanTcp', 'mirai', 'zmapLegacyUdp']],
    ['mirai|', ['tag mirai']],
    ['class syn|', ['tcpSyn', 'tcpSynAck']],
    ['radiation bog|', ['bogon']],
    ['bogon|', ['radiation bogon']],
    ['sensor |', ['tokyo-1', '"north east"']],
    ['sensor "north e|', ['"north east"']],
    ['asn china|', ['4134']],
    ['as4134|', ['asn 4134']],
    ['ttl |', ['=', '!=', '<', '<=', '>', '>=']],
    ['src host |', []],
    ['country CN adn dst |', ['port', 'portrange']],
    ['country CN adn x |', []],
    ['<img|', []],
    ['constructor|', []],
    ['__proto__ |', []],
  ])('%s', ([line, first]) => {
    expect(suggested(line).slice(0, first.length || 99)).toEqual(first);
  });

  test('take the place of the word at the caret', () => {
    expect(complete('country chi and tcp', 10, around())).toMatchObject({ start: 8, end: 11 });
    expect(complete('sensor "no', 10, around())).toMatchObject({ start: 7, end: 10 });
  });

  test('are found and explained in Japanese, and by their English names as well', () => {
    for (const typed of ['中国', 'china', 'cn'])
      expect(complete(typed, typed.length, around('ja')).words[0]).toMatchObject({
        insert: 'country CN',
        note: '中国',
      });
  });

  test('have the countries that send now first', () => {
    expect(suggested('country |', around('en', { busyCountries: ['KR', 'CN', ''] })).slice(0, 3)).toEqual([
      'KR',
      'CN',
      'AD',
    ]);
  });

  test('name targets to those only who may ask about them', () => {
    const all = (seesTargets: boolean) => suggested('host|', around('en', { seesTargets }));
    expect(all(false)).toEqual(['src host']);
    expect(all(true)).toContain('dst host');
  });

  test('cost nothing where the line is too long to be read', () => {
    expect(suggested(`${'tcp and '.repeat(200_000)}|`)).toEqual([]);
  });
});

describe('what is wrong', () => {
  test.for<[line: string, code: string | null, seesTargets?: boolean]>([
    ['', null],
    ['country CN and dst port 23', null],
    ['sensor anything', null],
    ['dst host 192.0.2.1', 'FILTER_SECRET'],
    ['dst host 192.0.2.1', null, true],
    ['port port', 'FILTER_UNKNOWN_WORD'],
    ['len > 4', 'FILTER_NOT_HERE'],
    ['('.repeat(5_000), 'FILTER_TOO_LARGE'],
    ['a'.repeat(1_000_000), 'FILTER_TOO_LARGE'],
    ['<script>alert(1)</script>', 'FILTER_SYNTAX'],
  ])('%.30s: %s', ([line, code, seesTargets = false]) => {
    expect(checkFilter(line, seesTargets)?.code ?? null).toBe(code);
  });
});
