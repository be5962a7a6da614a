/** Light in a picture, as numbers that a test can hold against what should be seen: where it is, how much, in what colours. */
import type { Page } from 'playwright-core';
import { nextPicture } from './demo-page.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export class Light {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of each pixel. */
  readonly #pixels: Uint8Array;

  constructor(width: number, height: number, pixels: Uint8Array) {
    this.width = width;
    this.height = height;
    this.#pixels = pixels;
  }

  /** What this picture has and the other has not. */
  beyond(other: Light): Light {
    return new Light(
      this.width,
      this.height,
      this.#pixels.map((value, at) => Math.max(0, value - other.#pixels[at]!)),
    );
  }

  /** Of the brightest of the three, 0 to 255; black beyond the rim. */
  at(x: number, y: number): number {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return 0;
    const first = (Math.floor(y) * this.width + Math.floor(x)) * 3;
    return Math.max(this.#pixels[first]!, this.#pixels[first + 1]!, this.#pixels[first + 2]!);
  }

  /** The brightest pixel around a place, at most so far away. */
  around({ x, y }: Point, pixels: number): number {
    let most = 0;
    for (let dy = -pixels; dy <= pixels; dy++)
      for (let dx = -pixels; dx <= pixels; dx++) most = Math.max(most, this.at(x + dx, y + dy));
    return most;
  }

  /** Places that are at least so bright, the brightest first. */
  brightest(least: number): Point[] {
    const found: (Point & { light: number })[] = [];
    for (let y = 0; y < this.height; y++)
      for (let x = 0; x < this.width; x++) {
        const light = this.at(x, y);
        if (light >= least) found.push({ x, y, light });
      }
    return found.sort((a, b) => b.light - a.light);
  }

  /** Share of the pixels that are at least so bright. */
  share(least: number): number {
    return this.brightest(least).length / (this.width * this.height);
  }

  /** Shares of the picture's width and height within which the light is, without so much of it on every side. */
  extent({ least = 40, tail = 0.02 } = {}): { left: number; right: number; top: number; bottom: number } {
    const lit = this.brightest(least);
    const [left, right] = between(
      lit.map(({ x }) => x / this.width),
      tail,
    );
    const [top, bottom] = between(
      lit.map(({ y }) => y / this.height),
      tail,
    );
    return { left, right, top, bottom };
  }

  /** The part of the picture between two shares of its width. */
  columns(from: number, to: number): Light {
    return this.#part((x) => x / this.width >= from && x / this.width < to);
  }

  /** The part of the picture between two shares of its height. */
  rows(from: number, to: number): Light {
    return this.#part((_, y) => y / this.height >= from && y / this.height < to);
  }

  #part(isIn: (x: number, y: number) => boolean): Light {
    const pixels = this.#pixels.slice();
    for (let at = 0; at < this.width * this.height; at++)
      if (!isIn(at % this.width, Math.floor(at / this.width))) pixels.fill(0, at * 3, at * 3 + 3);
    return new Light(this.width, this.height, pixels);
  }

  /** Hues in twelfths of the circle, of light that has one, with their shares. */
  hues(least = 60): Map<number, number> {
    const counts = new Map<number, number>();
    let all = 0;
    for (const { x, y } of this.brightest(least)) {
      const hue = this.#hue(x, y);
      if (hue === null) continue;
      counts.set(hue, (counts.get(hue) ?? 0) + 1);
      all += 1;
    }
    return new Map([...counts].map(([hue, count]) => [hue, count / all]));
  }

  #hue(x: number, y: number): number | null {
    const first = (y * this.width + x) * 3;
    const [red, green, blue] = [this.#pixels[first]!, this.#pixels[first + 1]!, this.#pixels[first + 2]!];
    const most = Math.max(red, green, blue);
    const spread = most - Math.min(red, green, blue);
    if (spread < 40) return null;
    const sector =
      most === red ? (green - blue) / spread : most === green ? 2 + (blue - red) / spread : 4 + (red - green) / spread;
    return Math.round(((sector + 6) % 6) * 2) % 12;
  }
}

function between(values: number[], tail: number): [number, number] {
  const sorted = values.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return [at(tail), at(1 - tail)];
}

/** The canvas alone: call `bare` before. */
export async function takeLight(page: Page): Promise<Light> {
  const png = (await page.screenshot()).toString('base64');
  const { width, height, text } = await page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let text = '';
    for (let at = 0; at < data.length; at += 4) text += String.fromCharCode(data[at]!, data[at + 1]!, data[at + 2]!);
    return { width: image.width, height: image.height, text: btoa(text) };
  }, png);
  return new Light(width, height, new Uint8Array(Buffer.from(text, 'base64')));
}

/** Hides panels, badges and names: what is left is the canvas. */
export async function bare(page: Page): Promise<void> {
  if (!(await page.evaluate(() => document.documentElement.classList.contains('bare')))) await page.keyboard.press('h');
  await page.evaluate(() => {
    // The page's policy allows no style sheet of ours.
    for (const part of document.querySelectorAll<HTMLElement>('.board, #labels')) part.style.visibility = 'hidden';
  });
  await nextPicture(page);
}

/** Only what the streaks give: the picture with them, less the picture without, all colours of the legend being off. */
export async function takeStreakLight(page: Page): Promise<Light> {
  await bare(page);
  const all = await takeLight(page);
  await page.evaluate(() => {
    for (const entry of document.querySelectorAll<HTMLElement>('.legend-entry')) entry.click();
  });
  await nextPicture(page);
  return all.beyond(await takeLight(page));
}
