/**
 * What the desk costs the main thread of a page: `node test/bench/scene/desk.mjs URL [SECONDS]`, where a Kurayami runs at URL.
 * Processor time of the thread (Chromium's own count, by thread ticks), with the desk open and closed in turn, so that other work
 * on the machine disturbs both alike; told for a frame at 60 a second.
 */
import { launchChromium } from './chromium.mjs';

const [url, seconds = '20', rounds = '3'] = process.argv.slice(2);
if (!url) {
  console.error('usage: node test/bench/scene/desk.mjs URL [SECONDS [ROUNDS]]');
  process.exit(2);
}
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
await page.goto(`${url}/?quality=low&span=15m`);
await page.waitForFunction(() => window.kurayami?.state.totals);
const client = await page.context().newCDPSession(page);
await client.send('Performance.setTimeDomain', { timeDomain: 'threadTicks' });
await client.send('Performance.enable');

async function spent() {
  const { metrics } = await client.send('Performance.getMetrics');
  const of = (name) => metrics.find((metric) => metric.name === name).value;
  const frames = await page.evaluate(() => window.kurayami.picture.frames);
  return { task: of('TaskDuration'), script: of('ScriptDuration'), layout: of('LayoutDuration'), frames };
}

const FRAMES_A_SECOND = 60;
const sums = { closed: [], open: [] };
for (let round = 0; round < Number(rounds); round++) {
  for (const name of ['closed', 'open']) {
    const isOpen = await page.evaluate(() => window.kurayami.state.desk.height !== 'off');
    if (isOpen !== (name === 'open')) await page.keyboard.press('d');
    // Opening asks for everything: that is not a frame's.
    await page.waitForTimeout(8_000);
    const before = await spent();
    await page.waitForTimeout(Number(seconds) * 1000);
    const after = await spent();
    const each = Object.fromEntries(
      Object.keys(before).map((key) => [key, (after[key] - before[key]) / Number(seconds)]),
    );
    sums[name].push(each);
    const ms = (value) => ((value * 1000) / FRAMES_A_SECOND).toFixed(3);
    console.log(
      `${name.padEnd(6)} main thread ${ms(each.task)} ms a frame at 60/s (script ${ms(each.script)}, layout ${ms(each.layout)}); pictures drawn ${each.frames.toFixed(1)}/s`,
    );
  }
}
await browser.close();
