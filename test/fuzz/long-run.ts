/** All properties by turns for as long as is wanted: what `npm run fuzz` does. */
import { readFileSync } from 'node:fs';
import { capturesFolder } from '../support/captures.ts';
import { FuzzFailure, FuzzRun } from './fuzz-run.ts';
import { properties } from './properties.ts';

export interface LongRunOptions {
  readonly milliseconds: number;
  readonly seed: number;
  /** One property only. */
  readonly property?: string | undefined;
  /** One case only. */
  readonly index?: number | undefined;
  /** The bytes of this file only. */
  readonly file?: string | undefined;
}

const ROUND_MILLISECONDS = 30_000;

/** Returns the exit code. */
export async function fuzzForLong({ milliseconds, seed, property, index, file }: LongRunOptions): Promise<number> {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const chosen = properties.filter(({ name }) => property === undefined || name === property);
  const runs = chosen.map((one) => new FuzzRun(one, seed));
  const share = chosen.reduce((sum, one) => sum + one.share, 0);
  const started = performance.now();
  try {
    if (file !== undefined) for (const run of runs) await run.checkBytes(new Uint8Array(readFileSync(file)));
    else if (index !== undefined) for (const run of runs) await run.runCase(index);
    else {
      say(`seed ${seed}${capturesFolder === null ? ', made captures only: KURAYAMI_CAPTURES is not set' : ''}`);
      while (performance.now() - started < milliseconds) {
        for (const run of runs) {
          await run.goOn((ROUND_MILLISECONDS * run.property.share) / share);
          run.engine.expectBalance();
        }
        say(
          [`${Math.round((performance.now() - started) / 1000)} s`, ...runs.map((run) => run.describe())].join('\n  '),
        );
      }
    }
    say('nothing failed');
    return 0;
  } catch (error) {
    say(error instanceof FuzzFailure ? error.message : String((error as Error).stack));
    return 1;
  } finally {
    for (const run of runs) await run.close();
  }
}

export const propertyNames: readonly string[] = properties.map(({ name }) => name);
