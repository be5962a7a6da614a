/** Processes that race for the lock of one that died: one of them has it. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { lockSpool } from '../../../sensor/output/spool-lock.ts';
import { compiledProgram } from '../../support/compiled.ts';
import { testFolder } from '../../support/folders.ts';

const SECONDS = 5;

const racer = fileURLToPath(new URL('../../support/lock-racer.mjs', import.meta.url));

test.skipIf(compiledProgram() === null)('of processes that take over a lock at once, one has it', async () => {
  const folder = await testFolder();
  writeFileSync(join(folder, 'lock'), '99999999 1');
  const words = [racer, folder, String(Date.now() / 1000 + SECONDS)];
  const race = async () => JSON.parse((await promisify(execFile)(process.execPath, words)).stdout) as Race;
  const races = await Promise.all([race(), race(), race()]);
  expect(races.map(({ shared }) => shared)).toEqual([0, 0, 0]);
  // One of them alone would prove nothing.
  expect(races.filter(({ taken }) => taken > 0).length).toBeGreaterThan(1);
});

interface Race {
  readonly taken: number;
  readonly shared: number;
}

describe('the second lock of a process that takes over', () => {
  const WRITTEN = '99999999 1';
  /** Named by what the first says. */
  const SECOND = 'lock.ffaa670c';

  test('is taken over where that process died too, and all it left is removed', async () => {
    const folder = await testFolder();
    writeFileSync(join(folder, 'lock'), WRITTEN);
    writeFileSync(join(folder, SECOND), '99999999 2');
    writeFileSync(join(folder, 'lock.99999999-0badcafe'), '99999999 3');
    expect(lockSpool(folder)).toHaveProperty('release');
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  test('holds everyone else up', async () => {
    const folder = await testFolder();
    const stat = readFileSync('/proc/1/stat', 'utf8');
    writeFileSync(join(folder, 'lock'), WRITTEN);
    writeFileSync(join(folder, SECOND), `1 ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`);
    expect(lockSpool(folder)).toEqual({ holder: 1 });
    expect(readdirSync(folder).sort()).toEqual(['lock', SECOND]);
  });
});
