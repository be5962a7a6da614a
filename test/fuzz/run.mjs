/** `npm run fuzz`: the properties of test/fuzz for as long as is wanted, from the sources as tests run them. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const HELP = `npm run fuzz -- [--hours N] [--minutes N] [--seed N] [--property NAME [--case N] [--file PATH]]

Checks the packet engine with made, changed, cut and compressed captures (test/fuzz), for a minute unless told otherwise.
Real captures are taken from the folder that KURAYAMI_CAPTURES names. What fails is written to test-output/, exit code 1.

  --hours N, --minutes N   for so long
  --seed N                 the cases of this seed; one at random is taken, and printed (npm test: KURAYAMI_FUZZ_SEED=N)
  --property NAME          one property only: made, mutated, cut or compressed
  --case N                 one case of the seed only
  --file PATH              the bytes of a file only, such as those of a case that failed
`;

process.exitCode = await main();

async function main() {
  let values;
  try {
    const text = { type: 'string' };
    const options = { hours: text, minutes: text, seed: text, property: text, case: text, file: text };
    ({ values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } }));
  } catch (error) {
    return wrong(error.message);
  }
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  for (const name of ['hours', 'minutes', 'seed', 'case'])
    if (values[name] !== undefined && !(Number(values[name]) >= 0)) return wrong(`--${name} takes a number`);
  const { module } = await runnerImport(new URL('./long-run.ts', import.meta.url).pathname, { logLevel: 'error' });
  if (values.property !== undefined && !module.propertyNames.includes(values.property))
    return wrong(`--property takes ${module.propertyNames.join(', ')}`);
  const hours = values.hours ?? (values.minutes === undefined ? 1 / 60 : 0);
  return module.fuzzForLong({
    milliseconds: (Number(hours) * 60 + Number(values.minutes ?? 0)) * 60_000,
    seed: Number(values.seed ?? process.env.KURAYAMI_FUZZ_SEED ?? randomInt(2 ** 31)),
    property: values.property,
    index: values.case === undefined ? undefined : Number(values.case),
    file: values.file,
  });
}

function wrong(sentence) {
  process.stderr.write(`${sentence}\n\n${HELP}`);
  return 2;
}
