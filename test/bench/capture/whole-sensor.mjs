/** The whole sensor into a server on the same two cores, beside `tcpdump -w /dev/null` alone in the same run. */
import { backends } from '../../../dist/sensor/capture/live/index.js';
import { tcpdump } from './contestants.mjs';
import { cpuSecondsOf, forgetPeaks, peakMebibytesOf } from './processes.mjs';
import { head, median, row, tell } from './report.mjs';
import { Rig } from './rig.mjs';

const FLOWS = 200_000;
/** tcpdump is changed for its profile in bulk by this rate; code is compiled, and the table of networks made. */
const WARM_UP = { count: 60_000, rate: 30_000 };
const MEASURED = ['native', 'tcpdump'];
/** More than two reports of a sensor apart. */
const QUIET_LOOKS = 12;

export async function benchServer(wires, { folder, seconds, rounds, profile, rates = [50e3, 100e3, 150e3, 200e3] }) {
  const usable = backends.filter(({ name, unavailable }) => MEASURED.includes(name) && unavailable() === null);
  console.log(
    `The whole sensor into a server, ${FLOWS.toLocaleString('en')} flows, ${seconds} s at each rate, median of ${rounds}:\n`,
  );
  const results = [];
  for (const rate of rates) {
    for (const { name } of [{ name: tcpdump.title }, ...usable]) {
      const runs = [];
      for (let round = 0; round < rounds; round++) {
        tell(`${name}, ${rate} a second, round ${round + 1}`);
        const traffic = { count: rate * seconds, rate, flows: FLOWS };
        runs.push(
          name === tcpdump.title
            ? await tcpdump.run(wires, traffic)
            : await runRig(wires, traffic, name, folder, profile),
        );
      }
      results.push({ rate, name, runs });
    }
  }
  tables(results);
}

async function runRig(wires, traffic, backend, folder, profile) {
  const rig = new Rig(folder, profile);
  try {
    await rig.startServer();
    rig.startSensor(backend);
    await warmUp(rig, wires);
    const before = { ...(await rig.books()), ...stateOf(rig, wires) };
    for (const { pid } of [rig.sensor, rig.server]) forgetPeaks(pid);
    const seconds = await wires.send({ ...traffic, first: WARM_UP.count });
    const storedThen = (await rig.progress()).stored - before.stored;
    await quiet(rig, before.stored + before.lost + wires.reached() - before.reached);
    const after = stateOf(rig, wires);
    const memory = { sensor: peakMebibytesOf(rig.sensor.pid), server: peakMebibytesOf(rig.server.pid) };
    // With the sensor's last word.
    await rig.end(rig.sensor);
    const { balances, open, ...books } = await rig.books();
    const [lost, stored, flows] = ['lost', 'stored', 'flows'].map((name) => books[name] - before[name]);
    const reached = after.reached - before.reached;
    if (!balances || reached !== stored + lost) console.error({ backend, reached, stored, lost, open });
    return {
      sent: traffic.count,
      seconds,
      reached,
      lost,
      stored,
      flows,
      isExact: balances && reached === stored + lost,
      waiting: reached - storedThen,
      cpuSeconds: after.sensor - before.sensor,
      serverCpuSeconds: after.server - before.server,
      memory,
    };
  } finally {
    await rig.close();
  }
}

/** Until packets come through, and all of them have. */
async function warmUp(rig, wires) {
  await rig.until('the sensor', async () => {
    await wires.send({ count: 10, rate: 100 });
    return (await rig.progress()).stored > 0;
  });
  await quiet(rig);
  // tcpdump holds the last packets of a burst back for a while: they belong to this one.
  const [{ stored }, reached] = [await rig.progress(), wires.reached()];
  await wires.send({ ...WARM_UP, flows: FLOWS });
  await quiet(rig, stored + wires.reached() - reached);
}

/** Until the server has all that the sensor had, and no more comes; where it is known, so many packets. */
async function quiet(rig, expected = 0) {
  let last = -1;
  let looks = 0;
  await rig.until('rest', async () => {
    const { decoded, acknowledged, stored, droppedByKernel, droppedByInterface } = await rig.progress();
    const isAtRest = decoded === acknowledged && decoded === stored && stored === last;
    looks = isAtRest && stored + droppedByKernel + droppedByInterface >= expected ? looks + 1 : 0;
    last = stored;
    return looks >= QUIET_LOOKS;
  });
}

function stateOf(rig, wires) {
  return { reached: wires.reached(), sensor: cpuSecondsOf(rig.sensor.pid), server: cpuSecondsOf(rig.server.pid) };
}

function tables(results) {
  head([
    'rate',
    'capture',
    'sent in',
    'lost',
    'stored',
    'flows',
    'sums',
    'not stored when the sender ended',
    'MiB sensor, server',
  ]);
  for (const { rate, name, runs } of results) {
    const of = (value) => median(runs.map(value));
    const lost = `${of(({ lost }) => lost).toLocaleString('en')} (${(100 * of(({ lost, sent }) => lost / sent)).toFixed(2)} %)`;
    const cells = [`${rate / 1000} k/s`, name, `${of(({ seconds }) => seconds).toFixed(1)} s`, lost];
    if (name === tcpdump.title) cells.push('', '', '', '', '');
    else
      cells.push(
        of(({ stored }) => stored).toLocaleString('en'),
        of(({ flows }) => flows).toLocaleString('en'),
        runs.every(({ isExact }) => isExact) ? 'hold' : 'DO NOT HOLD',
        of(({ waiting }) => waiting).toLocaleString('en'),
        ['sensor', 'server'].map((who) => Math.round(of(({ memory }) => memory[who]))).join(', '),
      );
    row(cells);
  }
  console.log('\nCPU-seconds for a million packets sent, and as a ratio to tcpdump at that rate:\n');
  head(['rate', 'capture', 'sensor or tcpdump', 'server']);
  for (const { rate, name, runs } of results) {
    const perMillion = (some, value) => median(some.map((run) => (value(run) * 1e6) / run.sent));
    const base = results.find((one) => one.rate === rate && one.name === tcpdump.title).runs;
    const sensor = perMillion(runs, ({ cpuSeconds }) => cpuSeconds);
    const ratio = sensor / perMillion(base, ({ cpuSeconds }) => cpuSeconds);
    const server = name === tcpdump.title ? '' : perMillion(runs, (run) => run.serverCpuSeconds).toFixed(2);
    row([`${rate / 1000} k/s`, name, `${sensor.toFixed(2)} (${ratio.toFixed(1)} ×)`, server]);
  }
  console.log('');
}
