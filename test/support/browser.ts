/** A headless Chromium with software WebGL, as continuous integration has it. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const EXECUTABLES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = EXECUTABLES.find((path) => existsSync(path)) ?? null;
export const browserInstalled = executablePath !== null;

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: executablePath!,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Pictures a second of a slow display: see `slowDisplay`. */
const SLOW_DISPLAY = 6;

/** A page, and what went wrong in it. Its pictures come slowly, except where the test is about them. */
export async function openPage(
  browser: Browser | BrowserContext,
  url: string,
  width: number,
  height: number,
  display: 'slow' | 'full' = 'slow',
): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage();
  await page.setViewportSize({ width, height });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  if (display === 'slow') await page.addInitScript(slowDisplay, SLOW_DISPLAY);
  await page.goto(url);
  return { page, problems };
}

/**
 * Pictures come no more often than a slow display shows them: what the page says and does is the same, and a small machine, which
 * draws in software, is free for the rest. Runs in the page.
 */
function slowDisplay(framesPerSecond: number): void {
  const request = window.requestAnimationFrame.bind(window);
  const cancel = window.cancelAnimationFrame.bind(window);
  /** How to call each one off. */
  const waiting = new Map<number, () => void>();
  let last = Number.NEGATIVE_INFINITY;
  let count = 0;
  window.requestAnimationFrame = (callback) => {
    const id = ++count;
    const draw = () => {
      const frame = request((time) => {
        waiting.delete(id);
        last = performance.now();
        callback(time);
      });
      waiting.set(id, () => cancel(frame));
    };
    const timer = window.setTimeout(draw, Math.max(0, last + 1000 / framesPerSecond - performance.now()));
    waiting.set(id, () => window.clearTimeout(timer));
    return id;
  };
  window.cancelAnimationFrame = (id) => {
    waiting.get(id)?.();
    waiting.delete(id);
  };
}

/** Different colours among the pixels of a part of a page: a picture that shows something has many. */
export async function countColours(
  page: Page,
  box: { x: number; y: number; width: number; height: number },
): Promise<number> {
  return await coloursIn(page, await page.screenshot({ clip: box }));
}

/** Of a PNG. */
export function coloursIn(page: Page, png: Buffer): Promise<number> {
  return page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += 4) colours.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
    return colours.size;
  }, png.toString('base64'));
}
