/** What will come to pass, on a machine that has other things to do: `vi.waitFor` alone gives up after a second. */
import { vi } from 'vitest';

const PATIENCE_MILLISECONDS = 20_000;

export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: PATIENCE_MILLISECONDS });
}
