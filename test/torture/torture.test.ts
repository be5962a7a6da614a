/**
 * "Never lose": server, sensor and InfluxDB are killed at random moments under load, and everything is exact each time.
 * `npm test` kills a few times a part; `npm run torture -- --kills N` is the same for as long as you like.
 */
import { randomInt } from 'node:crypto';
import { afterAll, onTestFinished, test } from 'vitest';
import { makeFolder, testFolder } from '../support/folders.ts';
import { influxInstalled } from '../support/influxdb.ts';
import { type PartOfTorture, parts } from './kill-plan.ts';
import { TortureTally, tableOf } from './tally.ts';
import { TortureRound } from './torture-run.ts';
import { makeTruth, type Truth } from './truth.ts';

/** Unless a number is asked for, a slow machine stops after a while, with fewer. */
const isShort = process.env.KURAYAMI_TORTURE_KILLS === undefined;
const kills = Number(process.env.KURAYAMI_TORTURE_KILLS ?? 5);
const seed = Number(process.env.KURAYAMI_TORTURE_SEED ?? randomInt(2 ** 31));
const only = process.env.KURAYAMI_TORTURE_ONLY?.split(',');
const SHORT_MILLISECONDS = 35_000;
const MINIMUM_KILLS = 2;
/** A new data folder after so many: stores are made, and killed while they are made, more than once. */
const KILLS_PER_ROUND = 20;
/** Half a minute a kill would be a slow machine; what hangs is told by its own timeout, with what was seen last. */
const TIMEOUT_MILLISECONDS = 300_000 + kills * 60_000;
const PACKETS_PER_SECOND = 2_000;
const CAPTURE_SECONDS = 30;

const hasInflux = influxInstalled();
const tallies: TortureTally[] = [];
const say = (text: string) => process.stdout.write(`${text}\n`);

say(`KURAYAMI_TORTURE_SEED=${seed}, ${kills} kills a part`);
afterAll(() => say(`\n${tableOf(tallies)}\nKURAYAMI_TORTURE_SEED=${seed}`));

for (const part of parts)
  test.skipIf((part.needsInflux && !hasInflux) || only?.includes(part.name) === false)(
    `${part.about} ${kills} times, and nothing is lost or stored twice`,
    { timeout: TIMEOUT_MILLISECONDS },
    () => torture(part),
  );

async function torture(part: PartOfTorture): Promise<void> {
  const tally = new TortureTally(part.name);
  tallies.push(tally);
  const truth = await makeTruth(await testFolder(), PACKETS_PER_SECOND, CAPTURE_SECONDS);
  try {
    for (let first = 0; first < kills; first += KILLS_PER_ROUND)
      await tortureRound(part, tally, truth, first, Math.min(kills, first + KILLS_PER_ROUND));
  } catch (error) {
    tally.result = `failed at kill ${tally.kills}`;
    throw error;
  }
}

function isTimeUp({ name, kills: done, milliseconds }: TortureTally): boolean {
  if (!isShort || done < MINIMUM_KILLS || milliseconds < SHORT_MILLISECONDS) return false;
  say(`${name}: this machine is slow, ${done} kills of ${kills} must do`);
  return true;
}

async function tortureRound(part: PartOfTorture, tally: TortureTally, truth: Truth, first: number, end: number) {
  tally.countRound();
  const { folder, remove } = await makeFolder();
  const round = await TortureRound.begin({ part, seed, truth, folder, withInflux: hasInflux, tally });
  onTestFinished(() => round.end());
  try {
    for (let index = first; index < end && !isTimeUp(tally); index++)
      say(`${part.name} ${index + 1}/${kills}: ${await round.kill(index)}`);
    say(`${part.name}: ${await round.finish()}`);
  } catch (error) {
    // What it stands on is what one wants to look at.
    say(`${part.name} ${tally.kills + 1}/${kills} failed; its data are kept in ${folder}\n${round.output()}`);
    throw error;
  }
  await round.end();
  await remove();
}
