/** What the machine's memory does, to hold the engine against: nanoseconds for each packet of `bytes`. */
import { performance } from 'node:perf_hooks';

const COPY_BYTES = 64 << 20;
/** As large as the rows of a full flow table. */
const TABLE_WORDS = 1 << 20;
const READS = 1 << 24;

/** To copy a packet's bytes in memory that no cache holds. */
export function copyNanoseconds(bytes) {
  const [from, to] = [new Uint8Array(COPY_BYTES).fill(1), new Uint8Array(COPY_BYTES).fill(2)];
  const times = Array.from({ length: 9 }, () => {
    const started = performance.now();
    to.set(from);
    return performance.now() - started;
  });
  return (Math.min(...times) * 1e6 * bytes) / COPY_BYTES;
}

/** To read one word at a place that only the word before tells, in as much memory as a full flow table has. */
export function chaseNanoseconds() {
  const words = new Uint32Array(TABLE_WORDS);
  // A way through all cache lines in an order that no prefetcher guesses (a full-period generator).
  const lines = TABLE_WORDS / 16;
  for (let line = 0, next = 0; line < lines; line++) {
    const after = (next * 1_664_525 + 1_013_904_223) % lines;
    words[next * 16] = after * 16;
    next = after;
  }
  let at = 0;
  const started = performance.now();
  for (let read = 0; read < READS; read++) at = words[at];
  const nanoseconds = ((performance.now() - started) * 1e6) / READS;
  return at < 0 ? 0 : nanoseconds;
}
