/** How many flows a second a server takes in: from the frame on the wire to the acknowledgement of what is stored. */
import { MadeFlows } from './made-flows.mjs';

const ROWS_A_FRAME = 5_000;
/** Of capture time, where speed is measured: as many as NICTER sees. */
const FLOWS_A_SECOND = 25_000;
const DAY_SECONDS = 86_400;

/** Sends `flows` records that lie evenly in [begin, end). */
async function send(sensor, made, { flows, begin, end }, tell) {
  const frames = Math.ceil(flows / ROWS_A_FRAME);
  const step = (end - begin) / frames;
  for (let frame = 0; frame < frames; frame++) {
    await sensor.send(made.batch(ROWS_A_FRAME, begin + frame * step, begin + (frame + 1) * step));
    if (frame % 1_000 === 999) tell(`${((frame + 1) * ROWS_A_FRAME) / 1e6} M flows sent`);
  }
  await sensor.drain();
}

/** Fills the store with a day that ends now, for those who ask. */
export async function fillDay(sensor, flows, tell) {
  const made = new MadeFlows(1);
  const end = Math.floor(Date.now() / 1000) - 120;
  const begin = end - DAY_SECONDS;
  await send(sensor, made, { flows, begin, end }, tell);
  return { begin, end, busiestSource: made.busiestSource };
}

/** Sends two days old flows as fast as they are acknowledged, and prints what that took. */
export async function benchIngest(server, sensor, flows, tell) {
  const begin = Math.floor(Date.now() / 1000) - 2 * DAY_SECONDS;
  const before = server.processorSeconds();
  const began = performance.now();
  await send(sensor, new MadeFlows(3), { flows, begin, end: begin + flows / FLOWS_A_SECOND }, tell);
  const seconds = (performance.now() - began) / 1000;
  const after = server.processorSeconds();
  const perFlow = (name) => (((after[name] - before[name]) / flows) * 1e6).toFixed(2);
  console.log(`| ${(flows / 1e6).toFixed(1)} million flows, ${FLOWS_A_SECOND} a second of capture time | |`);
  console.log('| --- | --: |');
  console.log(`| flows/s, stored and acknowledged | ${Math.round(flows / seconds / 1000)} thousand |`);
  console.log(`| processor µs a flow, whole process | ${perFlow('all')} |`);
  console.log(`| of that main thread: frames, countries, networks, roll-up | ${perFlow('main')} |`);
  console.log(`| of that others: the store's thread and DuckDB's own | ${perFlow('others')} |\n`);
}
