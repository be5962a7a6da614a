/** One list of keys: the sheet is made of it, README.md agrees with it, and no key is there twice. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keyList } from '../../../viz/key-list.ts';
import { en } from '../../../viz/text/en.ts';
import { views } from '../../../viz/views/index.ts';

const entries = Object.values(keyList);

test('no key does two things, and each view has one', () => {
  const keys = entries.flatMap(({ keys: some }) => [...some] as string[]);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keyList.views.keys).toEqual(views.map(({ key }) => key));
});

test('README.md has every key, in the order and the words of the sheet', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const section = readme.split('\n## Keys on the page\n')[1]!.split('\n## ')[0]!;
  const rows = [...section.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)].slice(2).map(([, key, does]) => `${key}: ${does}`);
  const expected = entries.map(({ sign, does }) => {
    const signs =
      typeof sign === 'string'
        ? sign
            .replace('−', '-')
            .split(' ')
            .map((one) => `\`${one}\``)
        : [en[sign.text]];
    return `${signs.join(' ')}: ${en[does]}`;
  });
  expect(rows).toEqual(expected);
});
