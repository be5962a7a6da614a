/** What a browser fetches before the first picture is complete, compressed as any web server would. */
import { gzipSync } from 'node:zlib';
import type { Browser, Response } from 'playwright-core';
import { table } from './figures.ts';

const TARGET_BYTES = 400_000;
/** Finer borders come when the first picture stands; they are told apart, and not counted. */
const LATER = /countries-50m/;

export async function firstLoad(browser: Browser, url: string): Promise<void> {
  const page = await browser.newPage();
  const responses: Response[] = [];
  page.on('response', (response) => responses.push(response));
  await page.goto(`${url}viz/?quality=high`);
  await page.waitForFunction(() => (window.kurayami?.picture.frames ?? 0) > 5);
  await page.waitForResponse((response) => LATER.test(response.url()), { timeout: 20_000 }).catch(() => null);
  const files = await Promise.all(
    responses
      .filter((response) => response.ok())
      .map(async (response) => {
        const body = await response.body();
        return {
          name: new URL(response.url()).pathname,
          raw: body.length,
          packed: gzipSync(body, { level: 9 }).length,
        };
      }),
  );
  await page.close();
  const row = ({ name, raw, packed }: (typeof files)[number]) => [`\`${name}\``, kilobytes(raw), kilobytes(packed)];
  const first = files.filter(({ name }) => !LATER.test(name)).sort((a, b) => b.packed - a.packed);
  const later = files.filter(({ name }) => LATER.test(name));
  const all = first.reduce((sum, { packed }) => sum + packed, 0);
  table(
    ['first load', 'kB', 'kB by gzip -9'],
    [
      ...first.map(row),
      ['**all**', kilobytes(first.reduce((sum, { raw }) => sum + raw, 0)), `**${kilobytes(all)}**`],
      ...later.map(row).map(([name = '', ...sizes]) => [`later: ${name}`, ...sizes]),
    ],
  );
  console.log(`Target: under ${kilobytes(TARGET_BYTES)} kB${all < TARGET_BYTES ? '' : ', missed'}.\n`);
}

const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);
