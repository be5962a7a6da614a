/** Runs all tests (or those that the arguments name) and ends with one plain line: N passed, N failed. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

const REPORT = 'test-output/results.json';
mkdirSync('test-output', { recursive: true });
rmSync(REPORT, { force: true });
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${REPORT}`,
];
const { status } = spawnSync(process.execPath, [...vitest, ...process.argv.slice(2)], { stdio: 'inherit' });

const { passed, failed, skipped } = countTests();
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = status === 0 && failed === 0 && passed > 0 ? 0 : 1;

/** A file that cannot even be loaded has no tests in the report: it counts as one that failed. */
function countTests() {
  try {
    const report = JSON.parse(readFileSync(REPORT, 'utf8'));
    const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + broken.length,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
