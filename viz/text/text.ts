/** The page's words, and how holes in them are filled. */
import { en } from './en.ts';
import { ja } from './ja.ts';

export type TextKey = keyof typeof en;
export type Text = { readonly [key in TextKey]: string };
export type Language = 'en' | 'ja';

const texts: Readonly<Record<Language, Text>> = { en, ja };

export function textOf(language: Language): Text {
  return texts[language];
}

/** What the address asks for, else what the browser prefers. */
export function chooseLanguage(asked: string | null, preferred: readonly string[]): Language {
  if (asked === 'en' || asked === 'ja') return asked;
  return preferred[0]?.toLowerCase().startsWith('ja') ? 'ja' : 'en';
}

/** Puts `values` into the holes of `template`. */
export function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}
