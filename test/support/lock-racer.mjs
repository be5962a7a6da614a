/**
 * Takes the lock of a spool again and again until a time, and leaves it each time as a process that died would: for two of these
 * at once. Says how often it had the lock, and how often somebody else took it meanwhile. Arguments: the folder, seconds since 1970.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockSpool } from '../../dist/sensor/output/spool-lock.js';

const [folder, until] = process.argv.slice(2);
const mine = join(folder, `dead-${process.pid}`);
let taken = 0;
let shared = 0;
while (Date.now() / 1000 < Number(until)) {
  if (!('release' in lockSpool(folder))) continue;
  taken++;
  const pause = performance.now() + Math.random() * 0.2;
  while (performance.now() < pause);
  // Whoever took it meanwhile wrote another number, or has just removed it (with a+, nothing is read then).
  if (!readFileSync(join(folder, 'lock'), { encoding: 'utf8', flag: 'a+' }).startsWith(`${process.pid} `)) shared++;
  // No process has that number; each that died is another.
  writeFileSync(mine, `99999999 ${process.pid}${taken}`);
  renameSync(mine, join(folder, 'lock'));
}
process.stdout.write(JSON.stringify({ taken, shared }));
