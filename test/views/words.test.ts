/**
 * Every visible word comes from viz/text: the page is built with texts that are marked, and what is then seen without a mark
 * is data, a number or a sign. And in Japanese no English is left.
 */
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { radiationNames } from '../../shared/radiation.ts';
import { tagNames } from '../../shared/tags.ts';
import { browserInstalled, openBrowser, openPage } from '../support/browser.ts';
import { testFolder } from '../support/folders.ts';
import { projectFolder } from '../support/program.ts';
import { DATA, troubledTotals, walkThrough } from './all-words.ts';
import { startToldServer, type ToldServer } from './told-server.ts';

/** Names, units, protocols and codes that are the same in every language. */
const NAMES = [
  ...DATA,
  ...tagNames,
  ...radiationNames,
  ...[
    'KURAYAMI',
    'Kurayami',
    'Natural',
    'Earth',
    'English',
    'Cookie',
    'WebGL',
    'UTC',
    'GMT',
    'IP',
    'IPv',
    'ICMP',
    'TCP',
    'UDP',
    'DNS',
    'ping',
  ],
  ...[
    'SYN',
    'ACK',
    'RST',
    'tcp',
    'udp',
    'icmp',
    'CSV',
    'PNG',
    'WebM',
    'pcap',
    'pcapng',
    'AS',
    'Esc',
    'Space',
    'End',
    'Escape',
    'Enter',
    'Shift',
    'ms',
  ],
  // What the server itself says: sums of the ledger, codes, its own version.
  ...['captured', 'decoded', 'STORE_FILE_MISSING', 'STORE_SEALING_FAILED'],
  // Words of the filter language, in examples and in what a click would add.
  ...[
    'dst',
    'src',
    'port',
    'net',
    'host',
    'and',
    'or',
    'not',
    'country',
    'asn',
    'tag',
    'class',
    'radiation',
    'backscatter',
    'syn',
    'ack',
    'rst',
    'proto',
    'ip',
    'SIMULATED',
    'DATA',
    'PLACE',
    'UNKNOWN',
  ],
];
/** Services by port are names as well. */
const services = [
  ...readFileSync(`${projectFolder}viz/text/format.ts`, 'utf8').matchAll(/'(?:tcp|udp)\/\d+': '([^']+)'/g),
].flatMap(([, name]) => name!.split(/[^A-Za-z]+/));
/** Of the filter that stands as an example. */
const COUNTRY = 'JP';
const allowed = new Set([...NAMES, ...services, COUNTRY]);
const wordsIn = (text: string) => text.match(/[A-Za-z_]{2,}/g) ?? [];

describe.skipIf(!browserInstalled)('words', () => {
  let browser: Browser;
  let server: ToldServer | undefined;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  async function walk(query: string, kind: 'live' | 'simulated' | 'file', folder?: string): Promise<string[]> {
    const told = {
      hello: { software: 'qqserver 9.9.9', role: 'analyst', name: 'qqname' as string | null },
      totals: troubledTotals(kind),
    };
    server = await startToldServer(told, folder === undefined ? {} : { folder });
    const { page, problems } = await openPage(browser, `${server.url}?quality=low&pause=yes&${query}`, 1600, 900);
    try {
      await page.locator('.conditions li').first().waitFor();
      // Sampled, which is told by what comes between two totals.
      told.totals = { ...told.totals, viewer: { ...told.totals.viewer, offered: 2_000, sent: 200, sampledOut: 1_800 } };
      const seen = await walkThrough(page, () => {
        told.hello = { software: 'qqserver 9.9.9', role: 'viewer', name: null };
        server!.drop();
      });
      expect(problems.filter((problem) => !/status of 4\d\d/.test(problem))).toEqual([]);
      return seen;
    } finally {
      await page.close();
      await server.close();
    }
  }

  test('in Japanese no English is left, except names, units and codes', async () => {
    const countries = new Intl.DisplayNames(['ja'], { type: 'region' });
    expect(countries.of('CN')).toBe('中国');
    const seen = await walk('lang=ja&filter=tcp', 'simulated');
    expect(seen.length).toBeGreaterThan(150);
    expect(seen.join(' ')).toContain('リンク断のため受信できません');
    const left = seen.flatMap((text) =>
      wordsIn(text)
        .filter((word) => !allowed.has(word))
        .map((word) => `${word}: ${text}`),
    );
    expect(left).toEqual([]);
  });

  test('every word of the page comes from its texts', async () => {
    const folder = await testFolder();
    const marked = {
      name: 'marked-texts',
      enforce: 'pre' as const,
      transform(code: string, id: string) {
        if (!id.endsWith('viz/text/en.ts')) return null;
        const renamed = code.replace('export const en = {', 'const raw = {').replaceAll('as const', '');
        return `${renamed}\nexport const en = Object.fromEntries(Object.entries(raw).map(([key, words]) => [key, \`⟦\${words}⟧\`]));`;
      },
    };
    await build({
      configFile: `${projectFolder}vite.config.ts`,
      root: `${projectFolder}viz`,
      logLevel: 'error',
      plugins: [marked],
      build: { outDir: folder },
    });
    const seen = await walk('lang=en&filter=tcp', 'file', folder);
    expect(seen.filter((text) => text.includes('⟦')).length).toBeGreaterThan(150);
    // Names of countries are the browser's.
    const countryNames = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const countries = new Set(letters.flatMap((a) => letters.map((b) => countryNames.of(a + b))).filter(Boolean));
    const unmarked = seen
      .filter((text) => !countries.has(text))
      .map((text) => withoutMarked(text))
      .filter((text) => wordsIn(text).some((word) => !allowed.has(word)));
    expect(unmarked).toEqual([]);
  });
});

/** What stands outside of all marks; marked words may stand in the holes of others. */
function withoutMarked(text: string): string {
  let left = text;
  for (let before = ''; before !== left; ) {
    before = left;
    left = left.replace(/⟦[^⟦⟧]*⟧/g, '');
  }
  return left;
}
