/** The simulator's background as a capture of so many packets. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../dist/kurayami.js', import.meta.url));
const RATE = 10_000;

export function makeScans(path, packets) {
  const seconds = String(Math.ceil(packets / RATE));
  execFileSync(process.execPath, [
    program,
    'simulate',
    '--rate',
    `${RATE}`,
    '--duration',
    seconds,
    '--seed',
    '1',
    '--out',
    path,
  ]);
}
