/** `npm run torture`: the kills of test/torture for as many times as is wanted, with the programs as they are built. */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const PARTS = ['server', 'sensor', 'spool', 'influxdb', 'both'];
const HELP = `npm run torture -- [--kills N] [--seed N] [--only PART,…]

Kills server, sensor and InfluxDB with SIGKILL at random moments under load, starts them again, and holds what is stored
against the capture that was sent, after each kill. Ends with a table; exit code 1 when anything was not exact.

  --kills N      kills a part (5)
  --seed N       the kills of this seed: the same moments, delays and order; one at random is taken, and printed
  --only PARTS   some of ${PARTS.join(', ')}, with commas between; those with InfluxDB need influxd
  --help         this text

Examples
  npm run torture -- --kills 200
      a long evening
  npm run torture -- --kills 20 --seed 7 --only server
      once more what failed with seed 7
`;

process.exitCode = main();

function main() {
  let values;
  try {
    const text = { type: 'string' };
    ({ values } = parseArgs({ options: { kills: text, seed: text, only: text, help: { type: 'boolean' } } }));
  } catch (error) {
    return wrong(error.message);
  }
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { kills = '5', seed = String(randomInt(2 ** 31)), only = PARTS.join() } = values;
  if (!/^[1-9]\d{0,5}$/.test(kills)) return wrong('--kills takes a whole number from 1');
  if (!/^\d{1,10}$/.test(seed)) return wrong('--seed takes a whole number');
  const unknown = only.split(',').find((part) => !PARTS.includes(part));
  if (unknown !== undefined) return wrong(`--only takes ${PARTS.join(', ')}, and not "${unknown}"`);
  const words = ['run', '--project', 'torture', '--disable-console-intercept'];
  const environment = { KURAYAMI_TORTURE_KILLS: kills, KURAYAMI_TORTURE_SEED: seed, KURAYAMI_TORTURE_ONLY: only };
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', ...words], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return status === 0 ? 0 : 1;
}

function wrong(sentence) {
  process.stderr.write(`${sentence}\n\n${HELP}`);
  return 2;
}
