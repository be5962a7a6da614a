/**
 * How soon a page shows another moment of a large store, and whether page and server grow while it plays:
 * `npm run bench:replay:page -- FOLDER [--seeks N] [--minutes N]`, where `npm run bench:replay -- --folder FOLDER` left a store.
 * The time of a seek is from the click on the bar to the picture of that moment. Chromium draws in software beside the server.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { launchChromium } from '../scene/chromium.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeks: { type: 'string', default: '20' },
    minutes: { type: 'string', default: '5' },
    speeds: { type: 'string', default: '1,60' },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error(`usage: npm run bench:replay:page -- FOLDER [--seeks N] [--minutes N] [--speeds 1,60]

  npm run bench:replay -- --flows 216000000 --folder /var/tmp/replay
  npm run bench:replay:page -- /var/tmp/replay --minutes 10`);
  process.exit(2);
}
const print = (line) => process.stdout.write(`${line}\n`);
const server = spawn(process.execPath, ['dist/kurayami.js', 'server', '--port', '0', '--data', folder], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await addressOf(server);
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 960, height: 540 } });
const client = await page.context().newCDPSession(page);
await client.send('Performance.enable');
/** Same places each time. */
let state = 7;
function random() {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return state / 2 ** 31;
}
const quantile = (numbers, share) =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(share * numbers.length))];

async function addressOf({ stdout }) {
  for await (const line of createInterface(stdout)) {
    const found = /http:\/\/[\w.:[\]]+/.exec(line);
    if (found) {
      stdout.resume();
      return found[0].replace(/[./]$/, '');
    }
  }
  throw new Error('the server ended before it said where it is');
}

async function play(speed, isPlaying) {
  await page.goto(`${url}/?quality=low&session=0&speed=${speed}`);
  await page.waitForFunction(() => window.kurayami?.state.replay?.isWaiting === false, null, { timeout: 60_000 });
  const plays = await page.evaluate(() => window.kurayami.state.replay.isPlaying);
  if (plays !== isPlaying) await page.locator('body').press('Space');
}

/** From a click on the bar until the moment is shown. */
async function seek() {
  const box = await page.locator('.time-bar-track').boundingBox();
  const [x, y] = [box.x + box.width * (0.02 + 0.95 * random()), box.y + 10];
  // In the page, so that no message between two programs is timed.
  const shown = page.evaluate(
    () =>
      new Promise((resolve) => {
        const replay = () => window.kurayami.state.replay;
        const before = replay().atSeconds;
        let began = 0;
        const watch = () => {
          const { atSeconds, isWaiting } = replay();
          if (atSeconds !== before && !isWaiting) resolve(performance.now() - began);
          else if (performance.now() - began > 20_000) resolve(Number.NaN);
          else setTimeout(watch, 5);
        };
        const begin = () => {
          began = performance.now();
          watch();
        };
        window.addEventListener('pointerup', begin, { once: true, capture: true });
      }),
  );
  await page.mouse.click(x, y);
  return await shown;
}

const megabytes = (bytes) => Math.round(bytes / 1024 ** 2);
const serverMegabytes = () =>
  megabytes(1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]));
async function pageMegabytes() {
  await client.send('HeapProfiler.collectGarbage');
  const { metrics } = await client.send('Performance.getMetrics');
  return megabytes(metrics.find(({ name }) => name === 'JSHeapUsedSize').value);
}

const ledger = () => page.evaluate(() => window.kurayami.state.totals.viewer);
let isExact = true;

print(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`);
print('| seek from the page | median, ms | p95, ms | longest, ms | not within 20 s |\n| --- | --: | --: | --: | --: |');
for (const speed of values.speeds.split(',')) {
  await play(speed, false);
  const times = [];
  for (let turn = 0; turn < Number(values.seeks); turn++) times.push(await seek());
  const known = times.filter((time) => !Number.isNaN(time));
  const [median, late, longest] = [0.5, 0.95, 1].map((share) => quantile(known, share).toFixed(0));
  print(`| at ${speed}× | ${median} | ${late} | ${longest} | ${times.length - known.length} |`);
}

if (Number(values.minutes) > 0) {
  await play(60, true);
  print(
    '\n| minute at 60× | capture time shown | server, MiB | page, MiB of JavaScript | offered | sent | sampled out | filtered out |',
  );
  print('| --: | --- | --: | --: | --: | --: | --: | --: |');
  for (let minute = 0; minute <= Number(values.minutes); minute++) {
    const at = await page.evaluate(() => window.kurayami.state.replay.atSeconds);
    const { offered, sent, sampledOut, filteredOut } = await ledger();
    isExact &&= offered === sent + sampledOut + filteredOut;
    print(
      `| ${minute} | ${new Date(at * 1000).toISOString().slice(11, 19)} | ${serverMegabytes()} | ${await pageMegabytes()} | ${offered} | ${sent} | ${sampledOut} | ${filteredOut} |`,
    );
    if (minute < Number(values.minutes)) await page.waitForTimeout(60_000);
  }
  print(isExact ? '\nexact at each of these moments' : '\nBROKEN: the sums do not hold');
}
await browser.close();
server.kill('SIGINT');
await once(server, 'exit');
process.exit(isExact ? 0 : 1);
