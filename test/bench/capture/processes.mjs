/** What processes cost, read from /proc. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** proc(5): fields 14 to 17 of stat are user and system time, its own and that of children that are gone. */
export function cpuSecondsOf(pid) {
  let ticks = 0;
  for (const one of familyOf(pid)) {
    const text = read(one, 'stat');
    // It ended just now: what it took is its parent's by then.
    if (text === null) continue;
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    ticks += fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  }
  return ticks / TICKS_PER_SECOND;
}

/** The most memory of the process and its children since `forgetPeaks`, each at its own time. */
export function peakMebibytesOf(pid) {
  const kibibytes = familyOf(pid).map((one) => Number(/VmHWM:\s+(\d+)/.exec(read(one, 'status') ?? '')?.[1] ?? 0));
  return kibibytes.reduce((sum, one) => sum + one, 0) / 1_024;
}

/** proc(5): 5 makes the most resident memory that of now. */
export function forgetPeaks(pid) {
  for (const one of familyOf(pid)) writeFileSync(`/proc/${one}/clear_refs`, '5');
}

function read(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return null;
  }
}

function familyOf(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  const children = stdout.split(/\s+/).filter(Boolean);
  return [pid, ...children.flatMap((child) => familyOf(child))];
}
