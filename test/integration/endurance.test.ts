/** A short turn of `npm run endurance`: four faults, and every packet is explained. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { whyNoNamespaces } from '../support/network.ts';
import { projectFolder } from '../support/program.ts';

const FAULTS = ['linkFlap', 'networkSlow', 'sensorKilled', 'serverKilled'];

const reason = whyNoNamespaces(['cc']);
if (reason !== null) console.warn(`skipped: endurance (${reason})`);

test.skipIf(reason !== null)('faults on a real interface explain every packet', { timeout: 240_000 }, async () => {
  const words = ['--minutes', '0.8', '--every', '12', '--seed', '5', '--only', FAULTS.join()];
  const child = spawn(process.execPath, [join(projectFolder, 'test/endurance/run.mjs'), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGTERM'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(output).toContain('Every packet is explained.');
  expect(code, output).toBe(0);
  for (const fault of FAULTS.slice(0, 3)) expect(output).toContain(`| ${fault} |`);
});
