/**
 * What live capture costs and loses, in a network namespace of its own: `npm run bench:capture`, as root. Prints the tables of
 * docs/performance.md.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isInNamespace, runInNamespace } from '../../support/in-namespace.mjs';
import { benchBackends } from './backends.mjs';
import { benchFrameDelays } from './frame-delays.mjs';
import { benchServer } from './whole-sensor.mjs';
import { Wires } from './wires.mjs';

const parts = { backends: benchBackends, server: benchServer, delays: benchFrameDelays };
const HELP = `npm run bench:capture -- [--only PARTS] [--seconds N] [--rounds N] [--rates N,N…]

  --only PARTS  some of ${Object.keys(parts).join(', ')}: what backends cost, the whole sensor into a server, from the wire to a frame
  --seconds N   of packets at each rate (3)
  --rounds N    the median of so many (3)
  --rates N,N   packets a second (backends: 50000,100000,200000,400000; server: 50000,100000,150000,200000)
  --profile DIR server: profiles of the processors' time of sensor and server, for Chromium's developer tools

  npm run bench:capture -- --only server,delays --seconds 20 --rounds 1
`;
const text = { type: 'string' };
const { values } = parseArgs({
  options: {
    only: { ...text, default: Object.keys(parts).join() },
    seconds: { ...text, default: '3' },
    rounds: { ...text, default: '3' },
    rates: text,
    profile: text,
    help: { type: 'boolean', default: false },
  },
});
process.exitCode = await main();

async function main() {
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const only = values.only.split(',');
  const unknown = only.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) {
    console.error(`there is no part "${unknown}"\n\n${HELP}`);
    return 2;
  }
  if (process.getuid() !== 0) {
    console.error('the capture bench makes a network namespace: run it as root');
    return 1;
  }
  if (!isInNamespace()) return runInNamespace();
  const folder = mkdtempSync(join(tmpdir(), 'kurayami-bench-'));
  try {
    describe();
    const options = {
      folder,
      seconds: Number(values.seconds),
      rounds: Number(values.rounds),
      rates: values.rates?.split(',').map(Number),
      profile: values.profile ?? null,
    };
    const wires = new Wires(folder);
    for (const name of only) await parts[name](wires, options);
    return 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function describe() {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const load = loadavg().map((one) => one.toFixed(1));
  console.log(`kurayami ${version}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`);
  console.log(`load before: ${load.join(', ')}\n`);
}
