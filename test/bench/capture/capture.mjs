/**
 * What live capture costs and loses, each backend beside `tcpdump -w /dev/null` on the same veth pair in the same run:
 * `npm run bench:capture`, as root. Prints the tables of docs/performance.md.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contestants } from './contestants.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    rates: { type: 'string', default: '50000,100000,200000,400000' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(
    'npm run bench:capture -- [--seconds N] [--rounds N] [--rates N,N…]\n\n  --seconds N  of packets at each rate (3)\n  --rounds N   the median of so many (3)\n  --rates N,N  packets a second (50000,100000,200000,400000)\n',
  );
  process.exit(0);
}
if (process.getuid() !== 0) {
  console.error('the capture bench makes a network namespace: run it as root');
  process.exit(1);
}

const DELAY_PACKETS_PER_SECOND = 10;
const DELAY_SECONDS = 8;
const rounds = Number(values.rounds);
const rates = values.rates.split(',').map(Number);
const name = `kurayami-bench-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'kurayami-bench-'));
const network = { name, sender: join(folder, 'send-packets') };
const usable = contestants.filter(({ unavailable }) => unavailable === null);
try {
  execFileSync('cc', ['-O2', '-D_GNU_SOURCE', '-o', network.sender, 'test/support/send-packets.c']);
  makeNetwork();
  describe();
  const results = await measure();
  tables(results);
  await delays();
} finally {
  spawnSync('ip', ['netns', 'delete', name]);
  rmSync(folder, { recursive: true });
}

function makeNetwork() {
  const inside = (...words) => execFileSync('ip', ['netns', 'exec', name, ...words]);
  execFileSync('ip', ['netns', 'add', name]);
  inside('sysctl', '-q', '-w', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1');
  inside('ip', 'link', 'add', 'sky', 'type', 'veth', 'peer', 'name', 'dark');
  for (const end of ['sky', 'dark']) inside('ip', 'link', 'set', end, 'up');
}

function describe() {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  console.log(`kurayami ${version}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`);
  console.log(`frames of 60 bytes, ${values.seconds} s at each rate, median of ${rounds}\n`);
  for (const { title, unavailable } of contestants)
    if (unavailable !== null) console.log(`${title} is left out: ${unavailable}\n`);
}

/** In turn, so that a machine that slows down slows all. */
async function measure() {
  const results = new Map(usable.map(({ title }) => [title, new Map(rates.map((rate) => [rate, []]))]));
  for (let round = 0; round < rounds; round++) {
    for (const rate of rates) {
      for (const { title, run } of usable) {
        tell(`${title}, ${rate} a second, round ${round + 1}`);
        results
          .get(title)
          .get(rate)
          .push(await run(network, { count: rate * Number(values.seconds), rate }));
      }
    }
  }
  return results;
}

function tables(results) {
  const titles = rates.map((rate) => `${rate / 1000} k/s`);
  const cell = (title, rate, value) => median(results.get(title).get(rate).map(value));
  console.log('Packets lost (sent, less captured):\n');
  row(['capture', ...titles]);
  row(['---', ...titles.map(() => '---')]);
  for (const { title } of usable)
    row([title, ...rates.map((rate) => `${(100 * cell(title, rate, ({ lost, sent }) => lost / sent)).toFixed(2)} %`)]);
  console.log(
    '\nCPU-seconds of the whole process tree for a million packets captured, start left out, and as a ratio to the first row:\n',
  );
  row(['capture', ...titles]);
  row(['---', ...titles.map(() => '---')]);
  const perMillion = ({ cpuSeconds, sent, lost }) => (cpuSeconds * 1e6) / Math.max(1, sent - lost);
  for (const { title } of usable) {
    const cells = rates.map((rate) => {
      const seconds = cell(title, rate, perMillion);
      return `${seconds.toFixed(2)} (${(seconds / cell(usable[0].title, rate, perMillion)).toFixed(1)} ×)`;
    });
    row([title, ...cells]);
  }
  console.log('');
}

async function delays() {
  console.log(`From the wire to a batch, at ${DELAY_PACKETS_PER_SECOND} packets a second, in ms:\n`);
  row(['capture', 'p50', 'p99']);
  row(['---', '---', '---']);
  for (const { title, run } of usable.slice(1)) {
    tell(`${title}, delay`);
    const count = DELAY_PACKETS_PER_SECOND * DELAY_SECONDS;
    const { delays: all } = await run(network, { count, rate: DELAY_PACKETS_PER_SECOND });
    const at = (share) => all[Math.min(all.length - 1, Math.floor(all.length * share))]?.toFixed(1) ?? 'none';
    row([title, at(0.5), at(0.99)]);
  }
}

function row(cells) {
  console.log(`| ${cells.join(' | ')} |`);
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** Who waits sees what for. */
function tell(what) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what} …\r`);
}
