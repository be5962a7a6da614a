/** What the stores cost, and how soon they answer: `npm run bench:stores`. Prints the tables of docs/performance.md. */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchWholeServer } from './whole-server.mjs';

const { values } = parseArgs({
  options: {
    flows: { type: 'string', default: '50000000' },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`npm run bench:stores -- [--flows N] [--only PART[,PART]]

  --flows N     that the whole server takes in before it is asked (50000000; some 4 minutes a core and 2 GB of disk)
  --only PARTS  some of roll-up, flows, writing, server

  npm run bench:stores -- --only server --flows 5000000
`);
  process.exit(0);
}
const tell = (text) => console.error(`… ${text}`);
const script = (name) => {
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL(name, import.meta.url))], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
};
const parts = {
  'roll-up': () => script('roll-up.mjs'),
  flows: () => script('flows.mjs'),
  writing: () => script('series-writing.mjs'),
  server: () => benchWholeServer({ flows: Number(values.flows), tell }),
};
const only = values.only === '' ? Object.keys(parts) : values.only.split(',');
const unknown = only.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`there is no part "${unknown[0]}": it is one of ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`);
for (const name of only) await parts[name]();
