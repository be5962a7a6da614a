/** The page of this folder in a real browser, built and served for one test file. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage } from '../../support/browser.ts';
import { buildPage, servePage } from '../../support/built-page.ts';
import { makeFolder } from '../../support/folders.ts';
import type { Engine, Inspected } from './page.ts';

const SOURCE = fileURLToPath(new URL('.', import.meta.url));

/** A worker takes longer to begin than to read most captures. */
const AT_A_TIME = 4;

export interface InspectWords {
  readonly checksums?: boolean;
  readonly filter?: string;
}

export class EnginePage {
  readonly problems: readonly string[];
  readonly page: Page;
  readonly #close: () => Promise<void>;

  private constructor(page: Page, problems: readonly string[], close: () => Promise<void>) {
    this.page = page;
    this.problems = problems;
    this.#close = close;
  }

  static async open(): Promise<EnginePage> {
    const { folder, remove } = await makeFolder();
    await buildPage(SOURCE, folder);
    const server = await servePage(folder);
    const browser: Browser = await openBrowser();
    const { page, problems } = await openPage(browser, server.url, 400, 300);
    return new EnginePage(page, problems, async () => {
      await browser.close();
      server.close();
      await remove();
    });
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Hands files over as somebody does who drops them. */
  async dropFiles(paths: readonly string[]): Promise<void> {
    await this.page.setInputFiles('input', [...paths]);
  }

  /** Drops the files and has every one inspected, each by a worker of its own. */
  async inspect(paths: readonly string[], words: InspectWords = {}): Promise<Inspected[]> {
    await this.dropFiles(paths);
    const found: Inspected[] = [];
    for (let first = 0; first < paths.length; first += AT_A_TIME) {
      const indexes = paths.slice(first, first + AT_A_TIME).map((_, index) => first + index);
      found.push(...(await Promise.all(indexes.map((index) => this.ask('inspectFile', index, words)))));
    }
    return found;
  }

  /** Calls a function of the page. */
  ask<Name extends keyof Engine>(
    name: Name,
    ...given: Parameters<Engine[Name]>
  ): Promise<Awaited<ReturnType<Engine[Name]>>> {
    return this.page.evaluate(
      ([called, words]) => {
        const { engine } = window as unknown as { engine: Record<string, (...words: unknown[]) => Promise<never>> };
        return engine[called]!(...words);
      },
      [name as string, given as unknown[]] as const,
    );
  }
}
