/** A small disk of memory, which only root can make. */
import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { testFolder } from './folders.ts';

export function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A folder that is a disk of its own, until the test that asks for it ends. */
export async function smallDisk(megabytes: number): Promise<string> {
  const folder = await testFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}
