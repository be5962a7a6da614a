/** Rules of fingerprints in the language of the page. In English they are written as the server tells them. */
import type { TagName } from '../../shared/tags.ts';
import type { Language } from './text.ts';

export interface RuleWords {
  readonly tool: string;
  readonly formula: string;
  readonly era: string;
}

/** Names of tools are the same in every language. */
export const ruleWordsJa: Readonly<Record<TagName, Omit<RuleWords, 'tool'> & { readonly tool?: string }>> = {
  zmapLegacyTcp: { formula: 'IP 識別子 = 54321', era: '4.0 まで（2024年3月）' },
  zmapLegacyUdp: { formula: 'IP 識別子 = 54321', era: '4.0 まで（2024年3月）' },
  zmapTcp: {
    formula: 'ウィンドウ 65535、オプション 02 04 05b4 · 01 03 03 08 · 01 01 04 02、TTL ≤ 64',
    era: '4.1.1 以降（2024年4月）',
  },
  masscanTcp: { formula: 'IP 識別子 = (宛先 ^ 宛先ポート ^ シーケンス番号) & 0xffff', era: '' },
  mirai: { formula: 'シーケンス番号 = 宛先アドレス', era: '2016年8月以降' },
  nmapOs: {
    formula: '13 種のプローブのいずれかとウィンドウ・フラグ・オプションが一致、タイムスタンプ ffffffff',
    era: '-O の第2世代（4.0 以降）',
  },
  nmapSyn: {
    formula:
      '2 つの SYN で x = シーケンス番号₁ ^ シーケンス番号₂: x >>> 16 = x & 0xffff。ウィンドウ 1024～4096、オプション 02 04 05b4、TTL ≤ 64',
    era: '-sS',
  },
  unicornscan: {
    formula: 'ポートの異なる 2 つの SYN で シーケンス番号 ^ 宛先 ^ (宛先ポート << 16 | 送信元ポート) が等しい',
    era: '',
  },
  unicornscanMd5: {
    formula: 'MSS 1024、SACK 許可、MD5 署名、ポート 179 以外、TTL ≥ 88',
    era: '0.4.7（2007年）、フィンガープリント 7',
  },
  irregularSyn: {
    tool: '不規則な SYN',
    formula: 'TCP オプションなし、または TTL > 200、または IP 識別子 = 54321',
    era: '',
  },
};

/** A rule that this page does not know stays as the server tells it. */
export function ruleWords(told: RuleWords & { readonly rule: string }, language: Language): RuleWords {
  const { rule, tool, formula, era } = told;
  const own = language === 'ja' && Object.hasOwn(ruleWordsJa, rule) ? ruleWordsJa[rule as TagName] : undefined;
  return { tool, formula, era, ...own };
}
