/**
 * How fast the engine reads, as ratios to others on the same file in the same run, on one core: `npm run bench:engine`.
 * Prints the tables of docs/performance.md. Others are run where they are installed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { contestants, isInstalled, timeCommand } from './contestants.mjs';
import { chaseNanoseconds, copyNanoseconds } from './machine.mjs';
import { makeCapture } from './make-capture.mjs';

const { values } = parseArgs({
  options: {
    packets: { type: 'string', default: '5000000' },
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(
    'npm run bench:engine -- [--packets N] [--rounds N] [--quick]\n\n  --packets N  of the made capture (5000000)\n  --rounds N   of those that are fast; the slow ones are run once (5)\n  --quick      without nfpcapd, softflowd and the memory test\n',
  );
  process.exit(0);
}
const packets = Number(values.packets);
const rounds = Number(values.rounds);
const pinned = isInstalled('taskset');
const folder = mkdtempSync(join(tmpdir(), 'kurayami-bench-'));
const file = join(folder, 'made.pcap');
try {
  tell('making the capture');
  makeCapture(file, packets);
  describe();
  compare();
  threads();
  stages();
  if (!values.quick) memory();
} finally {
  rmSync(folder, { recursive: true });
}

function describe() {
  const bytes = statSync(file).size;
  const model = cpus()[0]?.model ?? 'unknown processor';
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  console.log(`kurayami ${version}, Node ${process.version}, ${cpus().length} × ${model}`);
  console.log(
    `${count(packets)} packets, ${(bytes / 1e6).toFixed(0)} MB${pinned ? ', all on core 0' : ', not pinned'}\n`,
  );
}

/** In turn, so that a machine that slows down slows all. */
function compare() {
  const times = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) {
      if (contestant.slow && (round > 0 || values.quick)) continue;
      tell(`${contestant.name}, round ${round + 1}`);
      const seconds = timeCommand(contestant, file, { pinned });
      if (seconds !== null) times.get(contestant.name).push(seconds);
    }
  }
  const ours = median(times.get(contestants[0].name));
  const rows = contestants.map(({ name, does }) => {
    const all = times.get(name);
    if (all.length === 0) return [`\`${name}\``, does, 'not run', '', ''];
    const seconds = median(all);
    const spread =
      all.length > 1 ? `${Math.min(...all).toFixed(2)}–${Math.max(...all).toFixed(2)}` : seconds.toFixed(1);
    return [`\`${name}\``, does, millions(seconds), `${(seconds / ours).toFixed(2)} ×`, spread];
  });
  table(['command', 'does', 'M packets/s', 'time, ours = 1', 'seconds'], rows);
}

/** With more threads on more cores; the bytes are compared by a test. */
function threads() {
  const rows = [];
  for (const format of [
    ['--format', 'none'],
    ['--out', '/dev/null'],
  ]) {
    for (const workers of [0, 1, 2]) {
      const words = ['dist/kurayami.js', 'flows', '--workers', String(workers), ...format];
      tell(words.join(' '));
      const command = () => [process.execPath, ...words, file];
      const all = Array.from({ length: rounds }, () => timeCommand({ command }, file, { pinned: false }));
      rows.push([`\`flows --workers ${workers} ${format.join(' ')}\``, millions(median(all))]);
    }
  }
  table(['command, not pinned', 'M packets/s'], rows);
}

function stages() {
  tell('stages');
  const stages = JSON.parse(child('stages.mjs', [file]));
  const total = stages.slice(0, 4).reduce((sum, { nanoseconds }) => sum + nanoseconds, 0);
  const rows = stages.map(({ name, nanoseconds }) => [
    name,
    nanoseconds.toFixed(1),
    `${((100 * nanoseconds) / total).toFixed(0)} %`,
  ]);
  table(['stage, warmed up, one core', 'ns a packet', 'of the first four'], rows);
  const bytes = statSync(file).size / packets;
  console.log(
    `The first four: ${total.toFixed(0)} ns, ${(1000 / total).toFixed(1)} M packets/s. Copying ${bytes.toFixed(0)} bytes in memory takes ${copyNanoseconds(bytes).toFixed(1)} ns, one dependent read in 4 MiB ${chaseNanoseconds().toFixed(1)} ns.\n`,
  );
}

function memory() {
  tell('memory');
  const samples = JSON.parse(child('memory.mjs', [file, '10']));
  const rows = samples.map((sample) => [
    count(sample.packets),
    sample.heapMiB.toFixed(1),
    sample.rssMiB.toFixed(0),
    sample.collectorMilliseconds.toFixed(0),
  ]);
  table(['packets so far', 'heap, MiB', 'process, MiB', 'collector so far, ms'], rows);
}

function child(script, words) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const command = [process.execPath, path, ...words];
  const [program, ...rest] = pinned ? ['taskset', '-c', '0', ...command] : command;
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  return stdout;
}

function table(names, rows) {
  console.log(`| ${names.join(' | ')} |\n|${names.map(() => ' --- |').join('')}`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
  console.log('');
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function millions(seconds) {
  return (packets / seconds / 1e6).toFixed(2);
}

function count(number) {
  return number.toLocaleString('en');
}

/** Who waits sees what for. */
function tell(what) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what} …\r`);
}
