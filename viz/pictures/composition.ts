/** The scene with its names and what must be known of it, on one canvas: a picture that leaves the page keeps its marks. */
export interface Caption {
  /** What one is looking at; first that it is not real, where it is not. */
  readonly marks: readonly string[];
  /** Time, filter, whose picture it is. */
  readonly lines: readonly string[];
}

const GROUND = '#02040a';
const TEXT = '#d3e4fb';
const WARN = '#ffc14d';
const FACE = 'ui-monospace, "DejaVu Sans Mono", "Noto Sans Mono CJK JP", "Noto Sans CJK JP", monospace';

/** Draws onto `canvas`, which takes the size of the picture. Call it right behind a picture: a browser keeps that for no longer. */
export function compose(canvas: HTMLCanvasElement, picture: HTMLCanvasElement, labels: HTMLElement, caption: Caption) {
  if (canvas.width !== picture.width || canvas.height !== picture.height) {
    canvas.width = picture.width;
    canvas.height = picture.height;
  }
  // In memory: recorders that have to fetch each picture from the graphics card lose most of them.
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = GROUND;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0);
  const scale = picture.width / Math.max(1, picture.clientWidth);
  drawLabels(context, labels, scale);
  drawCaption(context, caption, scale);
}

function drawLabels(context: CanvasRenderingContext2D, labels: HTMLElement, scale: number): void {
  context.fillStyle = TEXT;
  context.textBaseline = 'middle';
  for (const label of labels.children) {
    const words = label.firstElementChild as HTMLElement | null;
    const opacity = Number((label as HTMLElement).style.opacity);
    if (words === null || !(opacity > 0)) continue;
    const { left, top, height } = words.getBoundingClientRect();
    context.globalAlpha = opacity;
    context.font = `${Math.round(height * 0.75 * scale)}px ${FACE}`;
    context.fillText(words.textContent ?? '', left * scale, (top + height / 2) * scale);
  }
  context.globalAlpha = 1;
}

function drawCaption(context: CanvasRenderingContext2D, { marks, lines }: Caption, scale: number): void {
  const { width, height } = context.canvas;
  const size = Math.round(Math.max(13 * scale, height / 50));
  context.font = `${size}px ${FACE}`;
  context.textBaseline = 'top';
  context.fillStyle = WARN;
  context.textAlign = 'center';
  for (const [at, mark] of marks.entries()) context.fillText(mark, width / 2, size * (0.8 + at * 1.4));
  context.textAlign = 'left';
  context.fillStyle = TEXT;
  for (const [at, line] of lines.entries())
    context.fillText(line, size, height - size * (0.8 + 1.4 * (lines.length - at)));
}
