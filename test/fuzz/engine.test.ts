/** Each property of the packet engine for a share of a fixed time, and for a number of cases however slow the machine is. */
import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { faultNames } from '../../shared/counters.ts';
import { Tunnel } from '../../shared/tunnels.ts';
import { capturesFolder } from '../support/captures.ts';
import { FuzzRun } from './fuzz-run.ts';
import type { FuzzedEngine } from './fuzzed-engine.ts';
import { madeLinkTypes } from './made-links.ts';
import { properties } from './properties.ts';

/** Of all properties together. `npm run fuzz -- --hours N` goes on for longer. */
const MILLISECONDS = 120_000;
/** The minimum of cases takes less than this anywhere. */
const TIMEOUT_MILLISECONDS = 900_000;

const seed = Number(process.env.KURAYAMI_FUZZ_SEED ?? randomInt(2 ** 31));
console.info(`KURAYAMI_FUZZ_SEED=${seed}${capturesFolder === null ? ', made captures only' : ''}`);

test.for(properties)('$name: $about', { timeout: TIMEOUT_MILLISECONDS }, async (property) => {
  const run = new FuzzRun(property, seed);
  try {
    await run.goOn(MILLISECONDS * property.share, property.minimumCases);
    run.engine.expectBalance();
  } finally {
    await run.close();
  }
  console.info(run.describe());
  expect(run.cases).toBeGreaterThanOrEqual(property.minimumCases);
  expect(run.engine.packets).toBeGreaterThan(run.cases);
  // Inputs that nothing is wrong with would prove nothing, and neither would those that all fail at the first byte.
  expect(Object.keys(run.engine.faults()).length).toBeGreaterThan(3);
  if (property.name === 'made') expectAllReached(run.engine);
});

/** Captures that are made reach everything there is, or what makes them has gone wrong. */
function expectAllReached(engine: FuzzedEngine): void {
  const faults = Object.keys(engine.faults());
  expect(faultNames.filter((name) => name !== 'none' && !faults.includes(name))).toEqual([]);
  expect(Object.entries(Tunnel).filter(([, id]) => !engine.tunnels.has(id))).toEqual([]);
  expect(madeLinkTypes.filter((linkType) => !engine.linkTypes.has(linkType))).toEqual([]);
}
