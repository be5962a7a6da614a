/** Waits for the moment at which a plan kills. */
import { watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Files that nobody writes are not waited for any longer. */
const NO_WRITE_MILLISECONDS = 3_000;

/** Resolves with the next change of a file in the folder, or below it. */
export async function nextWrite(folder: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const watcher = watch(folder, { recursive: true });
    const end = () => {
      clearTimeout(timer);
      watcher.close();
      resolve();
    };
    const timer = setTimeout(end, NO_WRITE_MILLISECONDS);
    watcher.on('change', end);
    // A file may be gone before it is looked at.
    watcher.on('error', () => undefined);
  });
}

/** Waits until a number is greater than it was, or `over` says that it never will be. */
export async function untilMore(
  before: number,
  ask: () => Promise<number>,
  over: () => boolean,
  timeoutMilliseconds: number,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMilliseconds;
  while (performance.now() < deadline) {
    const isOver = over();
    const now = await ask().catch(() => before);
    if (now > before) return true;
    if (isOver) return false;
    await sleep(50);
  }
  throw new Error(`nothing new was stored within ${timeoutMilliseconds / 1000} s`);
}
