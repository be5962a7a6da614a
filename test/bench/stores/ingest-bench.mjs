/** How many flows a second a server takes in: from the frame on the wire to the acknowledgement of what is stored. */
import { BenchSensor } from './bench-sensor.mjs';
import { MadeFlows } from './made-flows.mjs';

const ROWS_A_FRAME = 5_000;
/** Capture time runs so fast that a day has the records that were asked for. */
const DAY_SECONDS = 86_400;

/** Sends `flows` records spread over a day that ends now. */
export async function fillDay(sensor, flows, tell) {
  const made = new MadeFlows(1);
  const frames = Math.ceil(flows / ROWS_A_FRAME);
  const end = Math.floor(Date.now() / 1000) - 120;
  const begin = end - DAY_SECONDS;
  const step = DAY_SECONDS / frames;
  for (let frame = 0; frame < frames; frame++) {
    await sensor.send(made.batch(ROWS_A_FRAME, begin + frame * step, begin + (frame + 1) * step));
    if (frame % 1_000 === 999) tell(`${((frame + 1) * ROWS_A_FRAME) / 1e6} M flows sent`);
  }
  await sensor.drain();
  return { begin, end, busiestSource: made.busiestSource, flows: frames * ROWS_A_FRAME };
}

/** Fills the store and prints what that took. */
export async function benchIngest(server, flows, tell) {
  const sensor = await BenchSensor.connect(server, 'bench');
  const before = server.processorSeconds();
  const began = performance.now();
  const day = await fillDay(sensor, flows, tell);
  const seconds = (performance.now() - began) / 1000;
  const after = server.processorSeconds();
  const perFlow = (name) => (((after[name] - before[name]) / day.flows) * 1e6).toFixed(2);
  console.log(`| ${(day.flows / 1e6).toFixed(1)} million flows taken in | |`);
  console.log('| --- | --: |');
  console.log(`| flows/s, stored and acknowledged | ${Math.round(day.flows / seconds / 1000)} thousand |`);
  console.log(`| processor µs a flow, whole process | ${perFlow('all')} |`);
  console.log(`| of that main thread: frames, countries, roll-up | ${perFlow('main')} |`);
  console.log(`| of that others: the store's thread and DuckDB's own | ${perFlow('others')} |\n`);
  return { sensor, day };
}
