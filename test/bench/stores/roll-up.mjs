/** CPU a flow of the roll-up into all dimensions, distinct sources and targets included: no store, no other part. */
import { SeriesAccumulator } from '../../../dist/server/aggregate/series-accumulator.js';
import { MadeFlows } from './made-flows.mjs';

const ROWS = 100_000;
const ROUNDS = 30;
const COUNTRIES = ['US', 'CN', 'DE', 'NL', 'RU', 'BR', 'IN', 'JP', 'FR', 'VN', 'KR', 'TW', 'GB', 'ID', 'TR', 'ZA'];

/** Each batch is one commit: 100,000 flows of four seconds. Country and network are those of the source's block. */
function madeBatches() {
  const made = new MadeFlows();
  return Array.from({ length: ROUNDS }, (_, at) => {
    const second = 1_700_049_600 + at * 4;
    const batch = made.batch(ROWS, second, second + 4);
    for (let row = 0; row < ROWS; row++) {
      const block = batch.source[row] >>> 8;
      const country = COUNTRIES[block % COUNTRIES.length];
      batch.country[row] = country.charCodeAt(0) * 256 + country.charCodeAt(1);
      batch.asn[row] = block % 20_000;
    }
    batch.sensor.fill(1);
    return batch;
  });
}

export function benchRollUp(Accumulator = SeriesAccumulator) {
  const batches = madeBatches();
  const accumulator = new Accumulator(new Uint32Array([1, 2, 3, 4]));
  // The first rounds are not counted: the code is compiled then, and the lists fill.
  for (const batch of batches.slice(0, 5)) {
    accumulator.add(batch);
    accumulator.take(true);
  }
  const begin = process.cpuUsage();
  let rows = 0;
  for (const batch of batches) {
    accumulator.add(batch);
    rows += accumulator.take(false).length;
  }
  const { user, system } = process.cpuUsage(begin);
  return { microsAFlow: (user + system) / (ROWS * ROUNDS), rowsACommit: rows / ROUNDS };
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.log(benchRollUp());
