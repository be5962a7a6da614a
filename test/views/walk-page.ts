/** Pages of the walk: what stands on them, and their pictures for docs/walk.md. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Language } from '../../viz/text/text.ts';
import { projectFolder } from '../support/program.ts';

/** Pictures are made anew when they are asked for, and not with every test. */
const isPictured = (process.env.KURAYAMI_PICTURES ?? '') !== '';
/** That of a page in a README should not be waited for. */
const MOST_PICTURE_BYTES = 250_000;

/** `docs/pictures/walk-NAME.png`, and `-ja` for the Japanese page; full of light it is a JPEG, which is a third of the size. */
export async function picture(page: Page, name: string, language: Language, ending = 'png'): Promise<void> {
  if (!isPictured) return;
  // Buttons under the pointer, and where the focus is, would be pictured as what they are not.
  await page.mouse.move(2, 2);
  await page.waitForTimeout(700);
  const path = join(projectFolder, 'docs/pictures', `walk-${name}${language === 'ja' ? '-ja' : ''}.${ending}`);
  expect((await page.screenshot({ path })).length, name).toBeLessThan(MOST_PICTURE_BYTES);
}

export interface Sheet {
  readonly title: string;
  readonly told: string;
  /** By name, as it stands there. */
  readonly facts: Readonly<Record<string, string>>;
  /** By title: key and packets of each row. */
  readonly groups: Readonly<Record<string, readonly (readonly [key: string, packets: number])[]>>;
}

/** The sheet that is open, as soon as all of it is answered; `state` is `current` then, and for a refusal `problem`. */
export async function sheetOf(page: Page, state = 'current'): Promise<Sheet> {
  await page.locator(`.about-dialog[open][data-state="${state}"]`).waitFor({ timeout: 180_000 });
  return page.evaluate(() => {
    const dialog = document.querySelector('.about-dialog')!;
    const words = (root: Element, selector: string) => root.querySelector(selector)?.textContent ?? '';
    const facts = [...dialog.querySelectorAll('.about-facts > div')];
    const groups = [...dialog.querySelectorAll<HTMLElement>('.about-group:not([hidden])')];
    const rowsOf = (group: Element) =>
      [...group.querySelectorAll('li')].map((row): [string, number] => [
        row.querySelector<HTMLElement>('.about-key')?.dataset.key ?? '',
        Number(words(row, '.about-count').replaceAll(',', '')),
      ]);
    return {
      title: words(dialog, 'h2'),
      told: words(dialog, '.about-told'),
      facts: Object.fromEntries(facts.map((fact) => [words(fact, 'dt'), words(fact, 'dd')])),
      groups: Object.fromEntries(groups.map((group) => [words(group, 'h3'), rowsOf(group)])),
    };
  });
}

/** As the sheet writes a time of the API, which is finer. */
export function momentText(time: string, language: Language = 'en'): string {
  const [date, clock] = time.split('T') as [string, string];
  return `${dateText(date, language)} ${clock.slice(0, 8)} UTC`;
}

/** `2026-03-02`, in Japanese `2026年3月2日`. */
export function dateText(date: string, language: Language): string {
  if (language === 'en') return date;
  const [year, month, day] = date.split('-').map(Number);
  return `${year}年${month}月${day}日`;
}
