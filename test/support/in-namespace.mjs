/** A program that runs itself again in a network namespace of its own, in which nobody else speaks. */
import { spawnSync } from 'node:child_process';

const INSIDE = 'KURAYAMI_INSIDE_NAMESPACE';

export const isInNamespace = () => process.env[INSIDE] !== undefined;

/** Runs this program with `words` as its arguments, as root; resolves to its exit code. */
export function runInNamespace(words = process.argv.slice(2)) {
  const name = `kurayami-${process.pid}`;
  const ip = (...all) => spawnSync('ip', all, { stdio: 'inherit' }).status;
  if (ip('netns', 'add', name) !== 0) return 1;
  try {
    const { status } = spawnSync(
      'ip',
      ['netns', 'exec', name, process.execPath, ...process.execArgv, process.argv[1], ...words],
      { stdio: 'inherit', env: { ...process.env, [INSIDE]: name } },
    );
    return status ?? 1;
  } finally {
    ip('netns', 'delete', name);
  }
}
