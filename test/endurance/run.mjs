/** `npm run endurance`: a sensor on a real interface, for as long as you like, with a fault every minute; each packet is accounted for. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { isInNamespace, runInNamespace } from '../support/in-namespace.mjs';
import { endure } from './endure.mjs';
import { faults } from './faults.mjs';

const HELP = `npm run endurance -- [--minutes N] [--every SECONDS] [--seed N] [--only FAULT,…] [--backend NAME]

A server and a sensor on one end of a veth pair, in a network namespace that is made for it, as root. Numbered packets come in
at rates that change; every minute something is broken, and then it is held against the interface's own counters what became
of each packet. Ends with a table; exit code 1 when one was not explained.

  --minutes N       how long (60)
  --every SECONDS   from one fault to the next (60)
  --seed N          order of faults and rates; one at random is taken, and printed
  --only FAULTS     some of ${faults.map(({ name }) => name).join(', ')}
  --backend NAME    native, tcpdump or cap; by default what the sensor takes by itself
  --help            this text

Examples
  npm run endurance
      an hour
  npm run endurance -- --minutes 2 --every 15 --only linkFlap,sensorKilled
      two faults, for a look
`;

process.exitCode = await main();

async function main() {
  let values;
  try {
    const text = { type: 'string' };
    const options = { minutes: text, every: text, seed: text, only: text, backend: text, help: { type: 'boolean' } };
    ({ values } = parseArgs({ options }));
  } catch (error) {
    return wrong(error.message);
  }
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { minutes = '60', every = '60', seed = String(randomInt(2 ** 31)) } = values;
  if (!(Number(minutes) > 0 && Number(minutes) <= 100_000)) return wrong('--minutes takes a number above 0');
  if (!(Number(every) >= 5 && Number(every) <= 3_600)) return wrong('--every takes seconds from 5 to 3600');
  if (!/^\d{1,10}$/.test(seed)) return wrong('--seed takes a whole number');
  const only = values.only?.split(',') ?? faults.map(({ name }) => name);
  const unknown = only.find((name) => !faults.some((fault) => fault.name === name));
  if (unknown !== undefined) return wrong(`there is no fault "${unknown}"`);
  if (process.getuid() !== 0) {
    process.stderr.write('network namespaces are made as root only: sudo npm run endurance\n');
    return 1;
  }
  if (!isInNamespace()) {
    const words = process.argv.slice(2);
    return runInNamespace(values.seed === undefined ? [...words, '--seed', seed] : words);
  }
  const options = { minutes: Number(minutes), everySeconds: Number(every), seed: Number(seed), only };
  return (await endure({ ...options, backend: values.backend ?? null })) ? 0 : 1;
}

function wrong(sentence) {
  process.stderr.write(`${sentence}\n\n${HELP}`);
  return 2;
}
