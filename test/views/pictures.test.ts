/**
 * The picture of the README: simulated traffic with a fixed seed. Small in the test; `npm run pictures` makes it for
 * docs/pictures, and larger ones to look at in test-output/pictures.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { browserInstalled, countColours, openBrowser, openPage } from '../support/browser.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, projectFolder, runProgram, until } from '../support/program.ts';

const large = process.env.KURAYAMI_PICTURES === 'large';
const sizes: readonly (readonly [name: string, width: number, height: number])[] = large
  ? [
      ['atlas', 1280, 720],
      ['atlas-1080', 1920, 1080],
      ['atlas-2160', 3840, 2160],
    ]
  : [['atlas', 640, 360]];

test.skipIf(!browserInstalled)('the scene with simulated traffic', { timeout: 400_000 }, async () => {
  const running = runProgram(['start', '--port', '0', '--data', await testFolder(), '--rate', '420', '--seed', '11']);
  const url = await addressOf(running);
  const browser = await openBrowser();
  try {
    for (const [name, width, height] of sizes) {
      const { page, problems } = await openPage(browser, `${url}/`, width, height);
      const drawn = () =>
        page.evaluate(() => (window as unknown as { kurayami: { streaksDrawn(): number } }).kurayami.streaksDrawn());
      await until('a scene full of streaks', drawn, (count) => count > 3_000, 120_000);
      const folder = join(projectFolder, large && name === 'atlas' ? 'docs/pictures' : 'test-output/pictures');
      await mkdir(folder, { recursive: true });
      await page.screenshot({ path: join(folder, `${name}.png`) });
      expect(
        await countColours(page, { x: width / 3, y: height / 5, width: width / 3, height: height / 2 }),
      ).toBeGreaterThan(300);
      expect(problems).toEqual([]);
      await page.close();
    }
  } finally {
    await browser.close();
    await interrupt(running);
  }
});
