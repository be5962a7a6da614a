/** The bench of the scene: `npm run bench:scene`. Installs what it measures against, then runs scene-bench.ts by vite's loader. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    soak: { type: 'string', default: '60' },
    only: { type: 'string', default: '' },
    profile: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`npm run bench:scene -- [--seconds N] [--soak SECONDS] [--only PART[,PART]] [--profile FOLDER]

  --seconds N       that each page is measured for (10)
  --soak SECONDS    that the heap is watched for (60; an hour is 3600)
  --only PARTS      some of load, layer, picture, page, hover, heap, wire
  --profile FOLDER  writes processor profiles of the layer and the page there, for a browser's developer tools
`);
  process.exit(0);
}
const folder = fileURLToPath(new URL('.', import.meta.url));
if (!existsSync(`${folder}node_modules/@deck.gl/layers`)) {
  console.error('… installing deck.gl for the comparison');
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) process.exit(1);
}
const { module } = await runnerImport(`${folder}scene-bench.ts`);
await module.main({
  seconds: Number(values.seconds),
  soakSeconds: Number(values.soak),
  only: values.only === '' ? null : values.only.split(','),
  profileFolder: values.profile,
});
