/** What live capture costs and loses, each backend beside `tcpdump -w /dev/null`. */
import { contestants } from './contestants.mjs';
import { head, median, quantile, row, tell } from './report.mjs';

const DELAY_PACKETS_PER_SECOND = 10;
const DELAY_SECONDS = 8;

export async function benchBackends(wires, { seconds, rounds, rates = [50_000, 100_000, 200_000, 400_000] }) {
  const usable = contestants.filter(({ unavailable }) => unavailable === null);
  console.log(`frames of 60 bytes, ${seconds} s at each rate, median of ${rounds}\n`);
  for (const { title, unavailable } of contestants)
    if (unavailable !== null) console.log(`${title} is left out: ${unavailable}\n`);
  const results = new Map(usable.map(({ title }) => [title, new Map(rates.map((rate) => [rate, []]))]));
  // In turn, so that a machine that slows down slows all.
  for (let round = 0; round < rounds; round++) {
    for (const rate of rates) {
      for (const { title, run } of usable) {
        tell(`${title}, ${rate} a second, round ${round + 1}`);
        const result = await run(wires, { count: rate * seconds, rate });
        results.get(title).get(rate).push(result);
      }
    }
  }
  tables(usable, rates, results);
  await delays(usable, wires);
}

function tables(usable, rates, results) {
  const titles = rates.map((rate) => `${rate / 1000} k/s`);
  const cell = (title, rate, value) => median(results.get(title).get(rate).map(value));
  console.log('Packets lost (sent, less captured):\n');
  head(['capture', ...titles]);
  for (const { title } of usable)
    row([title, ...rates.map((rate) => `${(100 * cell(title, rate, ({ lost, sent }) => lost / sent)).toFixed(2)} %`)]);
  console.log(
    '\nCPU-seconds of the whole process tree for a million packets captured, start left out, and as a ratio to the first row:\n',
  );
  head(['capture', ...titles]);
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

async function delays(usable, wires) {
  console.log(`From the wire to a batch, at ${DELAY_PACKETS_PER_SECOND} packets a second, in ms:\n`);
  head(['capture', 'p50', 'p99']);
  for (const { title, run } of usable.slice(1)) {
    tell(`${title}, delay`);
    const count = DELAY_PACKETS_PER_SECOND * DELAY_SECONDS;
    const { delays: all } = await run(wires, { count, rate: DELAY_PACKETS_PER_SECOND });
    row([title, quantile(all, 0.5), quantile(all, 0.99)]);
  }
  console.log('');
}
