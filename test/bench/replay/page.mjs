/**
 * How soon a page shows another moment, and whether it or its server grow: `npm run bench:replay-page -- --folder DIR`, after
 * `npm run bench:replay -- --folder DIR` has filled a store there. The real server and Chromium, which draws in software:
 * so the flows' arrival and the first picture after it are told apart.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { launchChromium } from '../scene/chromium.mjs';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '' },
    seeks: { type: 'string', default: '20' },
    minutes: { type: 'string', default: '0' },
    pause: { type: 'string', default: '0' },
    viewers: { type: 'string', default: '200' },
    speeds: { type: 'string', default: '1,60,1000' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help || values.folder === '') {
  console.log(`npm run bench:replay-page -- --folder DIR [--seeks N] [--speeds LIST] [--minutes N]

  --folder DIR   a store that bench:replay filled
  --seeks N      random moments at each speed (20)
  --speeds LIST  of them (1,60,1000)
  --pause S      seconds from one picture to the next, at least (0)
  --viewers N    that ask at once, each at a moment of its own (200)
  --minutes N    then plays at 60× so long, and looks at memory every minute (0)

  npm run bench:replay -- --flows 216000000 --folder /var/tmp/replay
  npm run bench:replay-page -- --folder /var/tmp/replay --minutes 60`);
  process.exit(values.help ? 0 : 2);
}

const server = spawn(process.execPath, ['dist/kurayami.js', 'server', '--data', values.folder, '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.once('exit', () => server.kill());
let url = '';
for await (const line of createInterface({ input: server.stdout })) {
  url = /http:\/\/[\d.:]+/.exec(line)?.[0] ?? '';
  if (url !== '') break;
}
server.stdout.resume();
const sessions = await (await fetch(`${url}/api/v1/sessions`)).json();
const [first, last] = [sessions[0].first, sessions[0].last].map((time) => Date.parse(time) / 1000);
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 480, height: 300 } });
/** Drawn in software one after the other, pictures leave little to the server beside them: fewer may be asked for. */
await page.addInitScript((pauseMilliseconds) => {
  const request = window.requestAnimationFrame.bind(window);
  let last = 0;
  window.requestAnimationFrame = (callback) =>
    setTimeout(
      () =>
        request((time) => {
          last = performance.now();
          callback(time);
        }),
      Math.max(0, last + pauseMilliseconds - performance.now()),
    );
}, Number(values.pause) * 1000);
const problems = [];
page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
page.on('pageerror', (error) => problems.push(String(error)));

/** Same moments each time. */
let state = 7;
function random() {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return state / 2 ** 31;
}
const quantile = (numbers, share) =>
  numbers.sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(share * numbers.length))];
const round = (number) => number.toFixed(0);
const addressOf = (speed) =>
  `${url}/?lang=en&quality=low&session=${sessions[0].id}&at=${new Date(first * 1000).toISOString()}&speed=${speed}`;
const isShown = () => {
  const replay = window.kurayami?.state.replay;
  return replay && !replay.isWaiting;
};

/** Runs in the page: a click on the bar, until the flows are there, and until the first picture of that moment is drawn. */
async function seekInPage({ share, speed }) {
  const bar = document.querySelector('.time-bar-track');
  const { left, top, width, height } = bar.getBoundingClientRect();
  const point = { bubbles: true, button: 0, clientX: left + share * width, clientY: top + height / 2, pointerId: 1 };
  bar.setPointerCapture = () => undefined;
  const began = performance.now();
  bar.dispatchEvent(new PointerEvent('pointerdown', point));
  bar.dispatchEvent(new PointerEvent('pointerup', point));
  const wait = (done) =>
    new Promise((resolve) => {
      const look = () => (done() ? resolve(performance.now() - began) : setTimeout(look, 2));
      look();
    });
  const wanted = window.kurayami.state.replay.atSeconds;
  /** It plays: pictures that follow show a little more. */
  const isThen = () => Math.abs(window.kurayami.picture.captureSeconds - wanted) <= 5 * speed;
  const isThere = () => !window.kurayami.state.replay.isWaiting;
  const [there, drawn] = await Promise.all([wait(isThere), wait(isThen)]);
  return { there, drawn, inFlight: window.kurayami.inFlight() };
}

console.log('| seek at | flows there, median ms | p95 | first picture, median ms | p95 | in the air |');
console.log('| --- | --: | --: | --: | --: | --: |');
for (const speed of values.speeds.split(',')) {
  await page.goto(addressOf(speed));
  await page.waitForFunction(isShown, undefined, { timeout: 120_000 });
  const [there, drawn] = [[], []];
  let inFlight = 0;
  for (let seek = 0; seek < Number(values.seeks); seek++) {
    const seen = await page.evaluate(seekInPage, { share: 0.02 + 0.96 * random(), speed: Number(speed) });
    there.push(seen.there);
    drawn.push(seen.drawn);
    inFlight = Math.max(inFlight, seen.inFlight);
  }
  console.log(
    `| ${speed}× | ${round(quantile(there, 0.5))} | ${round(quantile(there, 0.95))} | ${round(quantile(drawn, 0.5))} | ${round(quantile(drawn, 0.95))} | ${inFlight} |`,
  );
}

/** Each asks for the stretch of its moment at 60×, as a page does that has just gone there. */
async function askAtOnce(viewers) {
  const began = performance.now();
  const asked = Array.from({ length: viewers }, async () => {
    const from = Math.floor((first + random() * (last - first)) / 120) * 120;
    const time = (seconds) => new Date(seconds * 1000).toISOString();
    const query = new URLSearchParams({ session: sessions[0].id, from: time(from), to: time(from + 120) });
    const answer = await fetch(`${url}/api/v1/streaks?${query}`);
    await answer.arrayBuffer();
    return { status: answer.status, milliseconds: performance.now() - began };
  });
  const answers = await Promise.all(asked);
  const times = answers.filter(({ status }) => status === 200).map(({ milliseconds }) => milliseconds);
  console.log(
    `\n${viewers} viewers at once, each at a moment of its own at 60×: ${times.length} answered, after ${round(quantile(times, 0.5))} ms (median) and ${round(quantile(times, 1))} ms (the last); ${viewers - times.length} were told to ask again`,
  );
}
await page.goto('about:blank');
if (Number(values.viewers) > 0) await askAtOnce(Number(values.viewers));

const client = await page.context().newCDPSession(page);
await client.send('Performance.enable');
const rss = () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1024;
async function heap() {
  await client.send('HeapProfiler.collectGarbage');
  const { metrics } = await client.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSHeapUsedSize').value / 2 ** 20;
}
if (Number(values.minutes) > 0) {
  await page.goto(addressOf(60));
  await page.waitForFunction(isShown, undefined, { timeout: 120_000 });
  console.log('\n| minute at 60× | hours played | server MiB | script heap of the page, MiB | pictures |');
  console.log('| --: | --: | --: | --: | --: |');
  for (let minute = 0; minute <= Number(values.minutes); minute++) {
    const { at, frames } = await page.evaluate(() => ({
      at: window.kurayami.state.replay.atSeconds,
      frames: window.kurayami.picture.frames,
    }));
    console.log(
      `| ${minute} | ${((at - first) / 3_600).toFixed(1)} | ${round(rss())} | ${(await heap()).toFixed(1)} | ${frames} |`,
    );
    await page.waitForTimeout(60_000);
  }
  const viewer = await page.evaluate(() => window.kurayami.state.totals.viewer);
  const isExact = viewer.offered === viewer.sent + viewer.sampledOut + viewer.filteredOut;
  console.log(`\n${isExact ? 'exact' : 'BROKEN'}: ${JSON.stringify(viewer)}`);
}
console.log(`${last - first} s of capture time; problems of the page: ${problems.length}`);
for (const problem of new Set(problems)) console.error(problem);
await browser.close();
server.kill('SIGINT');
