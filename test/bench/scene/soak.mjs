/**
 * Whether a page that is left open grows: `node test/bench/scene/soak.mjs URL MINUTES [QUERY]`, where a Kurayami runs at URL.
 * Each minute, after a collection of garbage: the script's heap, the nodes and listeners of the document, the pictures made.
 */
import { launchChromium } from './chromium.mjs';

const [url, minutes, query = 'quality=low&desk=half&span=15m'] = process.argv.slice(2);
if (!(Number(minutes) > 0)) {
  console.error('usage: node test/bench/scene/soak.mjs URL MINUTES [QUERY]');
  process.exit(2);
}
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 960, height: 540 } });
const problems = [];
page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
page.on('pageerror', (error) => problems.push(String(error)));
await page.goto(`${url}/?${query}`);
await page.waitForFunction(() => window.kurayami?.state.totals);
const client = await page.context().newCDPSession(page);
await client.send('Performance.enable');

async function held() {
  await client.send('HeapProfiler.collectGarbage');
  const { metrics } = await client.send('Performance.getMetrics');
  const of = (name) => metrics.find((metric) => metric.name === name).value;
  const frames = await page.evaluate(() => window.kurayami.picture.frames);
  return { heap: of('JSHeapUsedSize') / 1e6, nodes: of('Nodes'), listeners: of('JSEventListeners'), frames };
}

console.log('| minute | heap MB | nodes | listeners | pictures | problems |\n| --: | --: | --: | --: | --: | --: |');
for (let minute = 0; minute <= Number(minutes); minute++) {
  const { heap, nodes, listeners, frames } = await held();
  console.log(`| ${minute} | ${heap.toFixed(1)} | ${nodes} | ${listeners} | ${frames} | ${problems.length} |`);
  await page.waitForTimeout(60_000);
}
for (const problem of new Set(problems)) console.error(problem);
await browser.close();
