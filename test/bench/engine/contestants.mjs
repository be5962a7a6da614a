/** Who reads the capture, each as a command of its own; all on one and the same core. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const splitter = fileURLToPath(new URL('pcap-parser.mjs', import.meta.url));
const kurayami = (...options) => [process.execPath, 'dist/kurayami.js', 'flows', ...options];

/** `slow` ones take half a minute and are run once. */
export const contestants = [
  {
    name: 'kurayami flows --format none',
    does: 'flows of one second with rules, counted',
    command: (file) => [...kurayami('--format', 'none'), file],
  },
  {
    name: 'kurayami flows > /dev/null',
    does: 'the same, written as CSV',
    command: (file) => [...kurayami('--out', '/dev/null'), file],
  },
  {
    name: 'tcpdump -w /dev/null',
    does: 'copies the packets',
    command: (file) => ['tcpdump', '-r', file, '-w', '/dev/null'],
  },
  {
    name: 'pcap-parser',
    does: 'splits the file into packets',
    command: (file) => [process.execPath, splitter, file],
  },
  {
    name: 'nfpcapd -r',
    does: 'flows, written as nfdump files',
    slow: true,
    command: (file, folder) => ['nfpcapd', '-r', file, '-w', folder],
  },
  {
    name: 'softflowd -r',
    does: 'flows, counted, with room for all of them',
    slow: true,
    command: (file, folder) => ['softflowd', '-r', file, '-m', '8000000', '-d', '-p', join(folder, 'pid')],
  },
];

export function isInstalled(name) {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

/** Seconds that a command takes, start and end included; null when it is not installed. Throws when it fails. */
export function timeCommand({ command }, file, { pinned }) {
  const folder = mkdtempSync(`${file}-`);
  const words = command(file, folder);
  try {
    if (!isInstalled(words[0])) return null;
    const [program, ...rest] = pinned ? ['taskset', '-c', '0', ...words] : words;
    const started = performance.now();
    const { status, stderr } = spawnSync(program, rest, { encoding: 'utf8', maxBuffer: 1 << 26 });
    if (status !== 0) throw new Error(`${words.join(' ')} failed: ${stderr.slice(-500)}`);
    return (performance.now() - started) / 1000;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
