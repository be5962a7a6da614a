/**
 * A panel as a picture. Its texts, boxes, paths and canvases are painted one by one from where the browser laid them out: an SVG
 * with HTML inside would need styles that the content security policy forbids, and some browsers give no pixels of it.
 */

export interface PictureWords {
  readonly title: string;
  readonly lines: readonly string[];
  /** Stands out: nobody shall take what is simulated for real. */
  readonly warning: string;
  readonly credits: string;
}

const SCALE = 2;
const MARGIN = 14;
const LINE = 16;
/** Of a picture, whatever was enlarged: browsers refuse larger canvases. */
const MOST_PIXELS = 8_000;

export async function paintPicture(body: HTMLElement, words: PictureWords): Promise<Blob | null> {
  const { left, top } = body.getBoundingClientRect();
  const [width, height] = [Math.max(320, body.scrollWidth), body.scrollHeight];
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) return null;
  const style = getComputedStyle(document.documentElement);
  const face = getComputedStyle(document.body).fontFamily;
  context.font = `10px ${face}`;
  const credits = wrapped(context, words.credits, width);
  context.font = `11px ${face}`;
  const lines = words.lines.flatMap((line) => wrapped(context, line, width));
  const above = MARGIN + 22 + lines.length * LINE + (words.warning === '' ? 0 : LINE + 2) + 6;
  const whole = { width: width + 2 * MARGIN, height: above + height + 10 + credits.length * 13 + MARGIN };
  const scale = Math.min(SCALE, MOST_PIXELS / Math.max(whole.width, whole.height));
  canvas.width = Math.ceil(whole.width * scale);
  canvas.height = Math.ceil(whole.height * scale);
  context.scale(scale, scale);
  context.fillStyle = style.getPropertyValue('--ground') || '#02040a';
  context.fillRect(0, 0, whole.width, whole.height);
  context.textBaseline = 'top';
  let y = MARGIN;
  const write = (line: string, size: number, colour: string) => {
    context.font = `${size}px ${face}`;
    context.fillStyle = colour;
    context.fillText(line, MARGIN, y);
  };
  write(words.title, 15, '#d3e4fb');
  y += 22;
  if (words.warning !== '') {
    write(words.warning, 12, '#ffc14d');
    y += LINE + 2;
  }
  for (const line of lines) {
    write(line, 11, '#93b0d3');
    y += LINE;
  }
  context.save();
  context.translate(MARGIN - left, above - top);
  paint(context, body);
  context.restore();
  y = above + height + 10;
  for (const line of credits) {
    write(line, 10, '#93b0d3');
    y += 13;
  }
  return await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

/** At spaces; what has none for longer than a line, as Japanese and long filters do, wherever the line is full. */
export function wrapped(context: Pick<CanvasRenderingContext2D, 'measureText'>, text: string, width: number): string[] {
  const fits = (line: string) => context.measureText(line).width <= width;
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(...(fits(word) ? [word] : brokenUp(word, fits)));
  }
  return lines.filter((line, at) => line !== '' || at > 0);
}

function brokenUp(word: string, fits: (line: string) => boolean): string[] {
  const pieces = [''];
  for (const character of word) {
    const longer = pieces.at(-1) + character;
    if (fits(longer) || pieces.at(-1) === '') pieces[pieces.length - 1] = longer;
    else pieces.push(character);
  }
  return pieces;
}

/** In the coordinates of the window. */
function paint(context: CanvasRenderingContext2D, node: Element): void {
  const style = getComputedStyle(node);
  if (style.display === 'none' || style.visibility === 'hidden') return;
  const alpha = context.globalAlpha;
  context.globalAlpha = alpha * Number(style.opacity);
  if (node instanceof HTMLCanvasElement) {
    const { left, top, width, height } = node.getBoundingClientRect();
    context.drawImage(node, left, top, width, height);
  } else if (node instanceof SVGGeometryElement) paintShape(context, node, style);
  else if (node instanceof HTMLElement) paintBox(context, node, style);
  const isPattern = node instanceof SVGDefsElement;
  for (const child of node.childNodes) {
    if (child instanceof Element && !isPattern) paint(context, child);
    else if (child instanceof Text && child.data.trim() !== '') paintText(context, child, style);
  }
  context.globalAlpha = alpha;
}

function paintBox(context: CanvasRenderingContext2D, node: HTMLElement, style: CSSStyleDeclaration): void {
  const { left, top, width, height } = node.getBoundingClientRect();
  if (width === 0 || height === 0) return;
  if (!/, 0\)$|transparent/.test(style.backgroundColor)) {
    context.fillStyle = style.backgroundColor;
    context.fillRect(left, top, width, height);
  }
  const bottom = Number.parseFloat(style.borderBottomWidth);
  if (bottom > 0 && style.borderBottomStyle !== 'none') {
    context.fillStyle = style.borderBottomColor;
    context.fillRect(left, top + height - bottom, width, bottom);
  }
}

function paintText(context: CanvasRenderingContext2D, text: Text, style: CSSStyleDeclaration): void {
  const range = document.createRange();
  range.selectNodeContents(text);
  const [box] = range.getClientRects();
  if (!box || box.width === 0) return;
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = text.parentNode instanceof SVGElement ? style.fill : style.color;
  const parent = text.parentElement!;
  context.save();
  if (style.overflow === 'hidden' && parent instanceof HTMLElement) {
    const { left, top, width, height } = parent.getBoundingClientRect();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
  }
  const words = style.textTransform === 'uppercase' ? text.data.toUpperCase() : text.data;
  context.textBaseline = 'middle';
  context.fillText(words.replace(/\s+/g, ' '), box.left, box.top + box.height / 2);
  context.restore();
}

function paintShape(context: CanvasRenderingContext2D, node: SVGGeometryElement, style: CSSStyleDeclaration): void {
  const matrix = node.getScreenCTM();
  const path = pathOf(node);
  if (!matrix || !path) return;
  const placed = new Path2D();
  placed.addPath(path, matrix);
  const isPainted = (colour: string) => colour !== 'none' && colour !== '' && !colour.startsWith('url(');
  const alpha = context.globalAlpha;
  if (style.fill.startsWith('url(')) hatch(context, placed, node);
  else if (isPainted(style.fill)) {
    context.globalAlpha = alpha * Number(style.fillOpacity);
    context.fillStyle = style.fill;
    context.fill(placed);
  }
  if (isPainted(style.stroke)) {
    context.globalAlpha = alpha * Number(style.strokeOpacity);
    context.strokeStyle = style.stroke;
    context.lineWidth = Number.parseFloat(style.strokeWidth) || 1;
    context.stroke(placed);
  }
  context.globalAlpha = alpha;
}

/** The only pattern there is: time in which nobody watched. */
function hatch(context: CanvasRenderingContext2D, path: Path2D, node: SVGGeometryElement): void {
  const { left, top, width, height } = node.getBoundingClientRect();
  context.save();
  context.clip(path);
  context.strokeStyle = 'rgb(255 193 77 / 55%)';
  context.lineWidth = 1;
  context.beginPath();
  for (let x = left - height; x < left + width; x += 6) {
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
  }
  context.stroke();
  context.restore();
}

function pathOf(node: SVGGeometryElement): Path2D | null {
  const number = (name: string) => Number(node.getAttribute(name) ?? 0);
  if (node instanceof SVGPathElement) return new Path2D(node.getAttribute('d') ?? '');
  const path = new Path2D();
  if (node instanceof SVGRectElement) path.rect(number('x'), number('y'), number('width'), number('height'));
  else if (node instanceof SVGLineElement) {
    path.moveTo(number('x1'), number('y1'));
    path.lineTo(number('x2'), number('y2'));
  } else return null;
  return path;
}
