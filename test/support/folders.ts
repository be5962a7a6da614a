import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of its own, removed with all that is in it. The caller calls the second function when it is done. */
export async function makeFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'kurayami-test-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** As `makeFolder`, removed when the test that asks for it ends. */
export async function testFolder(): Promise<string> {
  const { folder, remove } = await makeFolder();
  onTestFinished(remove);
  return folder;
}
