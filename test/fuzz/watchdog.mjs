/**
 * Ends a process that hangs in one case, which nothing within its own thread could: writes the bytes of the case to a file,
 * says so, and kills it. Runs as a worker thread; what it looks at is told in watchdog.ts.
 */
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { workerData } from 'node:worker_threads';

const { shared, headerWords, hangSeconds, file } = workerData;
const header = new Int32Array(shared, 0, headerWords);
const [NUMBER, LENGTH] = [0, 1];
let number = -1;
let since = performance.now();

setInterval(() => {
  const now = Atomics.load(header, NUMBER);
  // Even between two cases.
  if (now !== number || now % 2 === 0) {
    number = now;
    since = performance.now();
  } else if (performance.now() - since > hangSeconds * 1000) {
    const length = Atomics.load(header, LENGTH);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, new Uint8Array(shared, headerWords * 4, length).slice());
    writeSync(
      2,
      `\na case hangs for ${hangSeconds} seconds; its bytes are in ${file}: npm run fuzz -- --file ${file}\n`,
    );
    process.kill(process.pid, 'SIGKILL');
  }
}, 1000);
