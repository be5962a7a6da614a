/** The page of this folder in a real browser, built and served for one test file. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { openBrowser, openPage } from '../../support/browser.ts';
import { buildPage, servePage } from '../../support/built-page.ts';
import { makeFolder } from '../../support/folders.ts';
import { projectFolder } from '../../support/program.ts';
import type { Dropped, Told } from './page.ts';

const SOURCE = fileURLToPath(new URL('.', import.meta.url));
const TABLES = ['countries.table', 'networks.table'];

export class DroppedPage {
  readonly page: Page;
  readonly problems: string[];
  readonly close: () => Promise<void>;

  private constructor(page: Page, problems: string[], close: () => Promise<void>) {
    this.page = page;
    this.problems = problems;
    this.close = close;
  }

  static async open(): Promise<DroppedPage> {
    const { folder, remove } = await makeFolder();
    await buildPage(SOURCE, folder);
    for (const name of TABLES) await copyFile(join(projectFolder, 'dist/viz', name), join(folder, name));
    const server = await servePage(folder);
    const browser = await openBrowser();
    const { page, problems } = await openPage(browser, server.url, 400, 300);
    return new DroppedPage(page, problems, async () => {
      await browser.close();
      server.close();
      await remove();
    });
  }

  async drop(paths: readonly string[]): Promise<void> {
    await this.page.setInputFiles('input', [...paths]);
  }

  /** Calls a function of the page. */
  ask<Name extends keyof Dropped>(
    name: Name,
    ...given: Parameters<Dropped[Name]>
  ): Promise<Awaited<ReturnType<Dropped[Name]>>> {
    return this.page.evaluate(
      ([called, words]) => {
        const { dropped } = window as unknown as { dropped: Record<string, (...words: unknown[]) => Promise<never>> };
        return dropped[called]!(...words);
      },
      [name as string, given as unknown[]] as const,
    );
  }

  /** Those that a test has caused. */
  forgetProblems(pattern: RegExp): void {
    this.problems.splice(0, Number.POSITIVE_INFINITY, ...this.problems.filter((problem) => !pattern.test(problem)));
  }

  /** Opens the only file that was dropped, and waits until it is read. */
  async read(path: string, options: Parameters<Dropped['open']>[1] = {}) {
    await this.drop([path]);
    const handle = await this.ask('open', 0, options);
    return { handle, summary: value(await this.ask('done', handle)) };
  }
}

/** Throws what was told instead. */
export function value<Value>(told: Told<Value>): Value {
  if ('value' in told) return told.value;
  throw new Error(`${told.code} (${told.status}): ${told.detail}`);
}
