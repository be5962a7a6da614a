/** How long questions take while flows keep coming in. */
import { MadeFlows } from './made-flows.mjs';

const ROUNDS = 30;
const FLOWS_A_SECOND = 25_000;
const HOUR_SECONDS = 3_600;

const timeText = (seconds) => new Date(seconds * 1000).toISOString();
const addressText = (word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255).join('.');

/** Each question with its target in milliseconds; `at` turns with the rounds, so that no answer is that of before. */
function questionsOf({ begin, end, busiestSource }) {
  const day = (at) => `from=${timeText(begin + at)}&to=${timeText(end)}`;
  const hour = (at) => {
    const from = begin + ((at * 7) % 22) * HOUR_SECONDS;
    return `from=${timeText(from)}&to=${timeText(from + HOUR_SECONDS)}`;
  };
  const source = addressText(busiestSource);
  return [
    ['series of a day, total', 100, (at) => `series?measure=packets&step=300&${day(at * 300)}`],
    ['series of a day, by class', 100, (at) => `series?measure=packets&by=class&step=300&${day(at * 300)}`],
    ['top ports of any hour', 100, (at) => `top?by=port&limit=20&${hour(at)}`],
    ['top countries of any hour', 100, (at) => `top?by=country&limit=20&${hour(at)}`],
    ['one source, its day', 300, (at) => `flows?limit=1000&filter=src+host+${source}&${day(at)}`],
    ['the same and a port', 2_000, (at) => `flows?limit=1000&filter=src+host+${source}+and+tcp+dst+port+23&${day(at)}`],
    ['all about one source, its day', 300, (at) => `sources/${source}?${day(at)}`],
    ['all about a port, any hour', 2_000, (at) => `ports/tcp/23?${hour(at)}`],
    ['series of a day, of a filter', 2_000, (at) => `series?filter=tcp+dst+port+23&step=300&${day(at * 300)}`],
    ['top countries of a day, of a filter', 2_000, (at) => `top?by=country&filter=tcp+dst+port+23&${day(at * 300)}`],
    ['top sources of any hour to a port', 2_000, (at) => `top?by=source&limit=20&filter=tcp+dst+port+23&${hour(at)}`],
  ];
}

export async function benchQueries(server, sensor, day, tell) {
  const stop = new AbortController();
  const feeding = sensor.sendLive(new MadeFlows(2), FLOWS_A_SECOND, stop.signal);
  console.log(`| while ${FLOWS_A_SECOND} flows/s come in, ms | median | p95 | most | target p95 |`);
  console.log('| --- | --: | --: | --: | --: |');
  for (const [name, target, path] of questionsOf(day)) {
    tell(name);
    const times = [];
    for (let round = 0; round < ROUNDS; round++) {
      const began = performance.now();
      await server.ask(path(round));
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(0);
    console.log(`| ${name} | ${at(0.5)} | ${at(0.95)} | ${at(1)} | ${target} |`);
  }
  stop.abort();
  await feeding;
  console.log('');
}
