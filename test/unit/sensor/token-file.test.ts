/** A file that somebody edits while the sensor runs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tokenReader } from '../../../sensor/commands/token-file.ts';
import { UsageError } from '../../../shared/command.ts';
import { testFolder } from '../../support/folders.ts';

const notTokens = ['', '\n', 'kurayami_old\nkurayami_new\n', 'two words', 'kurayami_\0', 'トークン', 'x'.repeat(201)];

test.for(notTokens)('what is no token does not take the place of one: %j', async (text) => {
  const path = join(await testFolder(), 'sensor.token');
  writeFileSync(path, 'kurayami_old\n');
  const token = tokenReader(path);
  expect(token()).toBe('kurayami_old');
  writeFileSync(path, text);
  expect(token()).toBe('kurayami_old');
  writeFileSync(path, ' kurayami_new\r\n');
  expect(token()).toBe('kurayami_new');
});

test.for(notTokens)('a sensor does not begin with what is no token, and says what to do: %j', async (text) => {
  const path = join(await testFolder(), 'sensor.token');
  writeFileSync(path, text);
  expect(() => tokenReader(path)).toThrow(UsageError);
  expect(() => tokenReader(path)).toThrow(/one token on one line.*kurayami token add/);
});

test('a sensor does not begin without a file of a token', async () => {
  expect(() => tokenReader(undefined)).toThrow(UsageError);
  const path = join(await testFolder(), 'none');
  expect(() => tokenReader(path)).toThrow(/cannot be read/);
});
