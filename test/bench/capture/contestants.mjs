/** Who captures, each in processes of its own: how many packets it got of those that were sent, and what that cost. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { backends } from '../../../dist/sensor/capture/live/index.js';

const TICKS_PER_SECOND = 100;
/** What was sent last has come by then, in whichever profile. */
const SETTLE_MILLISECONDS = 1_200;
const driver = 'test/support/capture-driver.mjs';

export const contestants = [
  { title: '`tcpdump -w /dev/null -B 65536`', unavailable: null, run: runTcpdump },
  ...backends.map((backend) => ({
    title: `kurayami, ${backend.name}`,
    unavailable: backend.unavailable(),
    run: (network, traffic) => runBackend(backend.name, network, traffic),
  })),
];

async function runTcpdump(network, traffic) {
  const words = ['-i', 'dark', '-n', '-w', '/dev/null', '-s', '192', '-B', '65536'];
  const child = inNamespace(network, ['tcpdump', ...words]);
  let said = '';
  const listening = new Promise((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (/listening on/.test(said)) resolve();
    });
  });
  await listening;
  const { sent, cpuSeconds } = await send(network, traffic, child.pid);
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('close', resolve));
  return { sent, cpuSeconds, lost: sent - Number(/(\d+) packets? captured/.exec(said)[1]), delays: [] };
}

async function runBackend(backend, network, traffic) {
  const options = { interfaces: ['dark'], backend, bench: true, delays: traffic.rate < 1_000 };
  const child = inNamespace(network, [process.execPath, driver, JSON.stringify(options)]);
  child.stderr.pipe(process.stderr);
  let ready;
  let result = null;
  const isReady = new Promise((resolve) => {
    ready = resolve;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    if (message.ready) ready();
    if (message.end || message.error) result = message;
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  await Promise.race([isReady, closed]);
  const { sent, cpuSeconds } = await send(network, traffic, child.pid);
  child.kill('SIGTERM');
  await closed;
  if (result?.end === undefined) throw new Error(`${backend} failed: ${JSON.stringify(result)}`);
  return { sent, cpuSeconds, lost: sent - result.captured, delays: result.delays };
}

function inNamespace({ name }, words) {
  return spawn('ip', ['netns', 'exec', name, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Sends, and takes the processor's time of the process and its children from before to after. */
async function send({ name, sender }, { count, rate }, pid) {
  const before = cpuSecondsOf(pid);
  await promisify(execFile)('ip', ['netns', 'exec', name, sender, 'sky', String(count), String(rate)]);
  await sleep(SETTLE_MILLISECONDS);
  return { sent: count, cpuSeconds: cpuSecondsOf(pid) - before };
}

/** proc(5): fields 14 to 17 of stat are user and system time, its own and that of children that are gone. */
function cpuSecondsOf(pid) {
  let ticks = 0;
  for (const one of familyOf(pid)) {
    const text = statOf(one);
    // It ended just now: what it took is its parent's by then.
    if (text === null) continue;
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    ticks += fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  }
  return ticks / TICKS_PER_SECOND;
}

function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
}

function familyOf(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  const children = stdout.split(/\s+/).filter(Boolean);
  return [pid, ...children.flatMap((child) => familyOf(child))];
}
