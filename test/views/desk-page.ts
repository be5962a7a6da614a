/** The desk of a page as tests read it. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { until } from '../support/program.ts';

/** Figures as the page writes them. */
export const number = (text: string | null) => Number((text ?? '').replaceAll(',', ''));

/** Rows of a ranked panel: name and packets. */
export function rowsOf(page: Page, panel: string): Promise<[string, number][]> {
  return page.evaluate(
    (id) =>
      [...document.querySelectorAll(`[data-panel="${id}"] .ranked-row:not(:disabled)`)].map((row) => [
        row.querySelector('.ranked-name > span')?.textContent ?? '',
        Number((row.querySelector('.ranked-count')?.textContent ?? '').replaceAll(',', '')),
      ]),
    panel,
  );
}

export const stateOf = (page: Page, panel: string) =>
  page.evaluate((id) => document.querySelector<HTMLElement>(`[data-panel="${id}"]`)?.dataset.state ?? '', panel);

/** All panels that are shown say that they are answered. */
export async function answered(page: Page): Promise<void> {
  await until(
    'answers',
    () =>
      page.evaluate(() => [...document.querySelectorAll<HTMLElement>('.desk-panel')].map((one) => one.dataset.state)),
    (states) => states.length > 0 && states.every((state) => state === 'current'),
    90_000,
  );
}

/** What the browser saves at a button of a panel. */
export async function saved(page: Page, button: string, panel: string): Promise<{ name: string; bytes: Buffer }> {
  const coming = page.waitForEvent('download');
  await page.locator(`[data-panel="${panel}"]`).getByRole('button', { name: button }).press('Enter');
  const download = await coming;
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}
