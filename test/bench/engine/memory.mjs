/**
 * Whether memory stays flat: the same capture ten times over through decoder, rules and flow table in one process. Prints
 * one JSON line: after each time, packets so far, heap and process in MiB, and milliseconds that the collector took.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { CaptureFile } from '../../../dist/sensor/capture/capture-file.js';
import { FlowTable } from '../../../dist/sensor/flow/flow-table.js';
import { DecodingHere } from '../../../dist/sensor/threads/decoding.js';

const [file, times] = process.argv.slice(2);
let collectorMilliseconds = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) collectorMilliseconds += duration;
}).observe({ entryTypes: ['gc'] });

const decoding = new DecodingHere(null);
const table = new FlowTable({ family: 4, seed: 1, onRows: null });
const samples = [];
for (let time = 0; time < Number(times); time++) {
  for await (const { ipv4 } of decoding.rows(recordsOf(file))) table.add(ipv4);
  // The observer hears of collections a turn of the event loop later.
  await setImmediate();
  const { heapUsed, rss } = process.memoryUsage();
  const { decoded } = await decoding.counts();
  samples.push({ packets: decoded, heapMiB: heapUsed / 2 ** 20, rssMiB: rss / 2 ** 20, collectorMilliseconds });
}
console.log(JSON.stringify(samples));

async function* recordsOf(path) {
  const capture = new CaptureFile(path);
  await capture.open();
  for (let records = await capture.next(); records !== null; records = await capture.next()) yield records;
  await capture.close();
}
