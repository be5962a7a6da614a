/** Who captures, each in processes of its own: how many packets it got of those that were sent, and what that cost. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { backends } from '../../../dist/sensor/capture/live/index.js';
import { cpuSecondsOf } from './processes.mjs';

/** What was sent last has come by then, in whichever profile. */
const SETTLE_MILLISECONDS = 1_200;
const driver = 'test/support/capture-driver.mjs';

export const tcpdump = { title: '`tcpdump -w /dev/null -B 65536`', unavailable: null, run: runTcpdump };
export const contestants = [
  tcpdump,
  ...backends.map((backend) => ({
    title: `kurayami, ${backend.name}`,
    unavailable: backend.unavailable(),
    run: (wires, traffic) => runBackend(backend.name, wires, traffic),
  })),
];

async function runTcpdump(wires, traffic) {
  const words = ['-i', 'dark', '-n', '-w', '/dev/null', '-s', '192', '-B', '65536'];
  const child = spawn('tcpdump', words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const listening = new Promise((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (/listening on/.test(said)) resolve();
    });
  });
  await listening;
  const { sent, seconds, cpuSeconds } = await send(wires, traffic, child.pid);
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('close', resolve));
  return { sent, seconds, cpuSeconds, lost: sent - Number(/(\d+) packets? captured/.exec(said)[1]), delays: [] };
}

async function runBackend(backend, wires, traffic) {
  const options = { interfaces: ['dark'], backend, bench: true, delays: traffic.rate < 1_000 };
  const child = spawn(process.execPath, [driver, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
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
  const { sent, cpuSeconds } = await send(wires, traffic, child.pid);
  child.kill('SIGTERM');
  await closed;
  if (result?.end === undefined) throw new Error(`${backend} failed: ${JSON.stringify(result)}`);
  return { sent, cpuSeconds, lost: sent - result.captured, delays: result.delays };
}

/** Sends, and takes the processor's time of the process and its children from before to after. */
async function send(wires, traffic, pid) {
  const before = cpuSecondsOf(pid);
  const seconds = await wires.send(traffic);
  await sleep(SETTLE_MILLISECONDS);
  return { sent: traffic.count, seconds, cpuSeconds: cpuSecondsOf(pid) - before };
}
