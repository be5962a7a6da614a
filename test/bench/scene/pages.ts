/** Builds the page as it is delivered, and beside it the pages that stand for one layer each. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { buildPage } from '../../support/built-page.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Into `folder`, each in a folder of its own. */
export async function buildPages(folder: string): Promise<void> {
  await build({
    configFile: here('../../../vite.config.ts'),
    root: here('../../../viz'),
    logLevel: 'warn',
    build: { outDir: `${folder}/viz` },
  });
  for (const page of ['blank', 'streaks', 'deck']) await buildPage(here(`pages/${page}`), `${folder}/${page}`);
}
