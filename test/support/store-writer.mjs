/**
 * A process to be killed: opens the store in the folder named and commits without end, one flow of `sequence + 1`
 * packets a commit; with a second argument, it seals all the while. Prints a sequence once it is durable. Runs the compiled store, since Node 20 reads no TypeScript.
 */
import { openDuckDbStores } from '../../dist/server/store/duckdb/client.js';
import { createFlowBatch } from '../../dist/shared/flow-batch.js';

const stores = await openDuckDbStores(process.argv[2]);
const first = (await stores.catalog.position(1, 1)) + 1;
process.stdout.write('open\n');

function seriesOf(packets) {
  const column = (type, value) => new type([value]);
  return {
    length: 1,
    resolution: column(Uint32Array, 60),
    dimension: column(Uint8Array, 0),
    session: column(Uint32Array, 0),
    bin: column(Float64Array, 1_700_049_600),
    key: column(Uint32Array, 0),
    packets: column(Float64Array, packets),
    bytes: column(Float64Array, 0),
    flows: column(Float64Array, 1),
    sources: column(Float64Array, 0),
    targets: column(Float64Array, 0),
  };
}

async function sealAllTheWhile() {
  for (;;) {
    await stores.seal(true);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
if (process.argv[3] === 'seal') void sealAllTheWhile();

for (let sequence = first; ; sequence++) {
  const batch = createFlowBatch(4, 1);
  batch.length = 1;
  batch.packets[0] = sequence + 1;
  batch.interval[0] = 1_700_049_600;
  const positions = [{ sensor: 1, epoch: 1, sequence }];
  await stores.flows.commit({ flows: [batch], series: seriesOf(sequence + 1), positions, ledgers: [] });
  process.stdout.write(`${sequence}\n`);
}
