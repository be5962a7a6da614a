/** Puts a palette's matrix over the picture: an SVG filter of the page, which the style of the canvas names. */
import { putClassColours } from './class-colours.ts';
import { filterValues, type Palette } from './palettes.ts';

const ID = 'palette-filter';
const NAMESPACE = 'http://www.w3.org/2000/svg';

/** Styles of panels go by `data-palette` of the root. */
export function showPalette(palette: Palette, canvas: HTMLElement | null): void {
  const { documentElement: root } = document;
  root.dataset.palette = palette.id;
  putClassColours(root, palette);
  if (palette.matrix) filterElement().setAttribute('values', filterValues(palette.matrix));
  if (canvas) canvas.style.filter = palette.matrix ? `url("#${ID}")` : '';
}

function filterElement(): Element {
  const there = document.querySelector(`#${ID} feColorMatrix`);
  if (there) return there;
  const create = (name: string) => document.createElementNS(NAMESPACE, name);
  const [svg, filter, matrix] = [create('svg'), create('filter'), create('feColorMatrix')];
  svg.setAttribute('class', 'palette-filter');
  svg.setAttribute('aria-hidden', 'true');
  filter.id = ID;
  // The matrices are made for the screen's own colours.
  filter.setAttribute('color-interpolation-filters', 'sRGB');
  filter.append(matrix);
  svg.append(filter);
  document.body.append(svg);
  return matrix;
}
