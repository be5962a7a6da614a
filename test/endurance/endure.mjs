/** Traffic, faults, and a look at the books after each. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { account, addAccounts, tableOf, totalsOf } from './account.mjs';
import { faults } from './faults.mjs';
import { Wires } from './wires.mjs';
import { sleep, World } from './world.mjs';

/** Numbers in [0, 1) that the seed makes. */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Whether every packet was explained. */
export async function endure({ minutes, everySeconds, seed, only, backend }) {
  const random = randomOf(seed);
  const folder = mkdtempSync(join(tmpdir(), 'kurayami-endure-'));
  const wires = new Wires(folder, random);
  const world = new World(folder, backend);
  const chosen = faults.filter(({ name }) => only.includes(name));
  const books = new Map();
  console.log(`seed ${seed}, ${minutes} minutes, a fault every ${everySeconds} s`);
  let isGood = true;
  let isStopped = false;
  // What is begun is put in order first: processes, a mount.
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => {
      isStopped = true;
    });
  try {
    world.startServer();
    await world.until('the server', () => world.ask('health'));
    world.startSensor();
    await watching(world, wires);
    let before = (await atRest(world, wires)).totals;
    wires.begin();
    const end = performance.now() + minutes * 60_000;
    for (let round = 0; performance.now() < end && !isStopped; round++) {
      const fault = round < chosen.length ? chosen[round] : chosen[Math.floor(random() * chosen.length)];
      const began = performance.now();
      await sleep(1_000 + random() * 1_000);
      const word = await fault.does({ world, wires });
      await sleep(Math.max(1_000, everySeconds * 1_000 - (performance.now() - began) - 8_000));
      await wires.pause();
      if (fault.restartsSensor) await watching(world, wires);
      const { totals, broken } = await atRest(world, wires);
      const counts = account(before, totals, fault);
      before = totals;
      const note = word ? ` (${word})` : '';
      const clock = new Date().toISOString().slice(11, 19);
      const words = Object.entries(counts).filter(([, count]) => count !== 0);
      console.log(`${clock} ${fault.name}${note}: ${words.map(([name, count]) => `${name} ${count}`).join(', ')}`);
      for (const { sum, left, right } of broken) console.log(`  does not hold: ${sum}: ${left}, ${right}`);
      const isTold = counts.crashes === (fault.crashes ?? 0);
      if (!isTold) console.log(`  the ledger tells of ${counts.crashes} crashes`);
      if (counts.unexplained !== 0 || broken.length > 0 || !isTold || world.isSensorGone) {
        isGood = false;
        console.log(world.lastWords);
      }
      const book = books.get(fault.name);
      books.set(fault.name, { times: (book?.times ?? 0) + 1, account: addAccounts(book?.account, counts) });
      wires.resume();
    }
    await wires.end();
    return isGood;
  } catch (error) {
    isGood = false;
    throw error;
  } finally {
    const rows = [...books].map(([fault, { times, account: counts }]) => ({ fault, times, account: counts }));
    console.log(
      `\n${tableOf(rows)}\n\n${isGood ? 'Every packet is explained.' : 'NOT every packet is explained.'} seed ${seed}`,
    );
    await wires.end();
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Until the sensor captures, which one packet proves that comes through. */
async function watching(world, wires) {
  await world.until('the sensor', async () => {
    // Before the first packet there is no live session to ask about.
    const before = await totalsOf(world, wires).catch(() => null);
    await wires.send(10, 0.1);
    await sleep(1_500);
    const after = await totalsOf(world, wires);
    return after.totals.stored > (before?.totals.stored ?? 0);
  });
}

/** Everything that is on the way has arrived, and the sensor has said so: what a server that was restarted knows of it is older. */
async function atRest(world, wires) {
  const begin = Date.now();
  let last = null;
  return await world.until('rest', async () => {
    if (!(await hasReported(world, begin))) return null;
    const now = await totalsOf(world, wires);
    const isSame = last !== null && JSON.stringify(last) === JSON.stringify(now.totals);
    last = now.totals;
    return isSame && now.isAtRest ? now : null;
  });
}

/** A report comes twice a second. */
async function hasReported(world, sinceMilliseconds) {
  const sensors = await world.ask('sensors');
  return sensors.some(
    ({ state, link, lastHeard }) =>
      state === 'connected' && link !== null && Date.parse(lastHeard) > sinceMilliseconds + 1_000,
  );
}
