/** A whole server under load: what taking flows in costs, and how soon it answers meanwhile. */

import { BenchSensor } from './bench-sensor.mjs';
import { BenchServer } from './bench-server.mjs';
import { benchIngest, fillDay } from './ingest-bench.mjs';
import { benchQueries } from './queries-bench.mjs';

/** More says nothing new. */
const MOST_INGESTED = 10_000_000;

/** Prints the tables of docs/performance.md, and whether every flow that was acknowledged is there. */
export async function benchWholeServer({ flows, tell, words = [] }) {
  const server = await BenchServer.start(words);
  try {
    const sensor = await BenchSensor.connect(server, 'bench');
    await benchIngest(server, sensor, Math.min(flows, MOST_INGESTED), tell);
    tell('filling a day');
    const day = await fillDay(sensor, flows, tell);
    await benchQueries(server, sensor, day, tell);
    await sensor.drain();
    const ledger = await server.ask('ledger?session=0');
    const broken = ledger.stored.filter(({ holds }) => !holds);
    console.log(broken.length === 0 ? 'Every sum of the ledger holds.\n' : `BROKEN: ${JSON.stringify(broken)}\n`);
    sensor.close();
  } finally {
    await server.stop();
  }
}
