/**
 * Captures in a process of its own, such as in a network namespace, with the compiled program: its argument is JSON with the
 * options of InterfaceSource, and `addon` (another build of it), `delayMicroseconds` (spent on each packet), `delays` (from
 * the kernel to here, for each packet), `bench` (nothing but one look at each packet: no ticks, no numbers).
 * Writes one JSON object a line: {ready}, every 100 ms {tick…}, {log}, and at the end {end…} or {error}. SIGTERM stops it.
 */
import { chooseBackends } from '../../dist/sensor/capture/live/index.js';
import { InterfaceSource } from '../../dist/sensor/capture/live/interface-source.js';
import { nativeBackend } from '../../dist/sensor/capture/live/native-tap.js';

const SEQUENCE_BYTES_BEFORE_END = 60 - 38;
const options = JSON.parse(process.argv[2]);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const seen = new Map();
const linkTypes = {};
const delays = [];
let captured = 0;
let looked = 0;
let repeated = 0;
let lastTick = performance.now();
let longestPause = 0;

const backends = options.addon ? [nativeBackend(options.addon)] : chooseBackends(options.backend ?? null);
const source = new InterfaceSource({
  kernelFilter: null,
  promiscuous: true,
  ...options,
  backends,
  log: (log) => say({ log }),
});
let stopAsked = 0;
process.on('SIGTERM', () => {
  stopAsked = performance.now();
  source.stop();
});
const timer = setInterval(
  () => {
    if (options.bench) return;
    const now = performance.now();
    longestPause = Math.max(longestPause, now - lastTick);
    lastTick = now;
    say({ tick: captured, link: source.link, stats: source.stats() });
  },
  options.bench ? 10_000 : 100,
);
try {
  await source.open();
  say({ ready: process.pid, children: source.name });
  for await (const batch of source.batches()) take(batch);
  say({ end: true, captured, repeated, numbers: ranges(), linkTypes, longestPause, ...rest() });
} catch (error) {
  say({ error: error.code ?? error.name, message: error.message, captured, stats: source.stats() });
} finally {
  clearInterval(timer);
}

function rest() {
  const usage = process.resourceUsage();
  return {
    stats: source.stats(),
    link: source.link,
    looked,
    stopMilliseconds: performance.now() - stopAsked,
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    delays: delays.sort((a, b) => a - b),
  };
}

function take(batch) {
  captured += batch.length;
  if (options.bench && !options.delays) return look(batch);
  const wall = Date.now() / 1000;
  for (let row = 0; row < batch.length; row++) {
    linkTypes[batch.linkType[row]] = (linkTypes[batch.linkType[row]] ?? 0) + 1;
    const at = batch.offset[row] + batch.capturedLength[row] - SEQUENCE_BYTES_BEFORE_END;
    note(batch.view.getUint32(at));
    if (options.delays) delays.push((wall - batch.seconds[row] - batch.nanoseconds[row] / 1e9) * 1000);
    if (options.delayMicroseconds) spend(options.delayMicroseconds);
  }
}

function look({ view, offset, capturedLength, length }) {
  for (let row = 0; row < length; row++)
    looked ^= view.getUint32(offset[row] + capturedLength[row] - SEQUENCE_BYTES_BEFORE_END);
}

/** Numbers come in order, so that those seen are few stretches. */
function note(number) {
  const end = seen.get('end');
  if (number === end) seen.set('end', number + 1);
  else {
    close();
    seen.set('begin', number).set('end', number + 1);
  }
}

function close() {
  if (!seen.has('begin')) return;
  const stretches = seen.get('stretches') ?? [];
  const [begin, end] = [seen.get('begin'), seen.get('end')];
  repeated += stretches.reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, end) - Math.max(a, begin)), 0);
  if (stretches.length < 10_000) stretches.push([begin, end]);
  seen.set('stretches', stretches);
}

function ranges() {
  close();
  return seen.get('stretches') ?? [];
}

function spend(microseconds) {
  const until = performance.now() + microseconds / 1000;
  while (performance.now() < until);
}
