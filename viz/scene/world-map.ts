/** Draws the world once into an image: land in red, borders in green, coasts in blue, and beside it a country a pixel. */
import { type GeoPermissibleObjects, geoArea, geoCentroid, geoEquirectangular, geoPath } from 'd3';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import fineUrl from 'world-atlas/countries-50m.json?url';
import coarseUrl from 'world-atlas/countries-110m.json?url';
import { countryCode } from './country-codes.ts';

export interface MapCountry {
  readonly code: string;
  /** Middle of its largest part, in degrees. */
  readonly longitude: number;
  readonly latitude: number;
}

export interface WorldMap {
  readonly canvas: HTMLCanvasElement;
  readonly width: number;
  readonly height: number;
  /** For each pixel, north first: 0 for the sea, else 1 + index into `countries`. */
  readonly countryOf: Uint8Array<ArrayBuffer>;
  readonly countries: readonly MapCountry[];
}

type World = Topology<{ countries: GeometryCollection<{ name: string }> }>;
type Shape = GeoJSON.Feature<GeoJSON.Geometry, { name: string }>;

/** Coarse for the first picture, fine once it has come. */
export async function loadWorld(detail: 'coarse' | 'fine'): Promise<World> {
  const answer = await fetch(detail === 'coarse' ? coarseUrl : fineUrl);
  if (!answer.ok) throw new Error(`the map could not be loaded: ${answer.status}`);
  return (await answer.json()) as World;
}

/** Draws in slices, so that the picture goes on meanwhile. */
export async function drawWorld(world: World, width: number, breathe: () => Promise<void>): Promise<WorldMap> {
  const height = width / 2;
  const shapes = feature(world, world.objects.countries).features;
  const countries = shapes.map(describe);
  await breathe();
  const countryOf = await drawCountries(shapes, width, height, breathe);
  const canvas = newCanvas(width, height);
  const pen = canvas.getContext('2d')!;
  pen.fillRect(0, 0, width, height);
  const draw = geoPath(projection(width, height), pen);
  pen.globalCompositeOperation = 'lighter';
  pen.fillStyle = '#f00';
  await inSlices(shapes, breathe, (shape) => fill(pen, draw, shape));
  const { countries: objects } = world.objects;
  await breathe();
  stroke(
    pen,
    draw,
    mesh(world, objects, (a, b) => a !== b),
    '#0f0',
    Math.max(1.15, width / 2600),
  );
  await breathe();
  stroke(pen, draw, withoutSeam(mesh(world, objects, (a, b) => a === b)), '#00f', Math.max(1.15, width / 2600));
  return { canvas, width, height, countryOf, countries };
}

type Draw = ReturnType<typeof geoPath>;
type Pen = CanvasRenderingContext2D;

function fill(pen: Pen, draw: Draw, shape: GeoPermissibleObjects): void {
  pen.beginPath();
  draw(shape);
  pen.fill();
}

function stroke(pen: Pen, draw: Draw, lines: GeoPermissibleObjects, style: string, pixels: number): void {
  pen.strokeStyle = style;
  pen.lineWidth = pixels;
  pen.lineJoin = 'round';
  pen.beginPath();
  draw(lines);
  pen.stroke();
}

/** Paints every country in a colour of its own and reads the pixels back; blended pixels at borders take a neighbour's. */
async function drawCountries(shapes: Shape[], width: number, height: number, breathe: () => Promise<void>) {
  const canvas = newCanvas(width, height);
  const pen = canvas.getContext('2d', { willReadFrequently: true })!;
  const draw = geoPath(projection(width, height), pen);
  await inSlices(shapes, breathe, (shape, i) => {
    const id = i + 1;
    pen.fillStyle = `rgb(${id}, ${(id * 37) & 255}, ${(id * 91) & 255})`;
    fill(pen, draw, shape);
  });
  const ids = readIds(pen.getImageData(0, 0, width, height).data);
  await breathe();
  grow(ids, width);
  return ids;
}

/** Only an unblended pixel has all three channels of one id. */
export function readIds(rgba: Uint8ClampedArray): Uint8Array<ArrayBuffer> {
  const ids = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < ids.length; i++) {
    const id = rgba[i * 4]!;
    const whole =
      rgba[i * 4 + 3] === 255 && rgba[i * 4 + 1] === ((id * 37) & 255) && rgba[i * 4 + 2] === ((id * 91) & 255);
    ids[i] = whole ? id : 0;
  }
  return ids;
}

/** Lets countries grow by two pixels into what is none, so that no dark seam is left between land and its tint. */
export function grow(ids: Uint8Array, width: number): void {
  for (let pass = 0; pass < 2; pass++) {
    const before = ids.slice();
    for (let i = width; i < ids.length - width; i++) {
      if (before[i] === 0) ids[i] = before[i - 1]! || before[i + 1]! || before[i - width]! || before[i + width]!;
    }
  }
}

/** Shapes are cut at 180°, and Antarctica at the pole: those cuts are no coasts. */
export function withoutSeam({ coordinates }: GeoJSON.MultiLineString): GeoJSON.MultiLineString {
  const onSeam = ([longitude = 0, latitude = 0]: GeoJSON.Position) => Math.abs(longitude) > 179.99 || latitude < -89.9;
  const lines: GeoJSON.Position[][] = [];
  for (const line of coordinates) {
    let part: GeoJSON.Position[] = [];
    for (const [i, point] of line.entries()) {
      if (i > 0 && onSeam(point) && onSeam(line[i - 1]!)) {
        lines.push(part);
        part = [];
      }
      part.push(point);
    }
    lines.push(part);
  }
  return { type: 'MultiLineString', coordinates: lines.filter((part) => part.length > 1) };
}

function describe(shape: Shape): MapCountry {
  const [longitude, latitude] = geoCentroid(largestPart(shape.geometry));
  return { code: countryCode(shape.id, shape.properties.name), longitude, latitude };
}

/** France without Guiana, the United States without Alaska: a label belongs on the main land. */
function largestPart(geometry: GeoJSON.Geometry): GeoJSON.Geometry {
  if (geometry.type !== 'MultiPolygon') return geometry;
  const parts = geometry.coordinates.map((coordinates) => ({ type: 'Polygon' as const, coordinates }));
  return parts.reduce((best, part) => (geoArea(part) > geoArea(best) ? part : best), parts[0]!);
}

function projection(width: number, height: number) {
  return geoEquirectangular()
    .scale(width / (2 * Math.PI))
    .translate([width / 2, height / 2]);
}

function newCanvas(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

async function inSlices<T>(items: readonly T[], breathe: () => Promise<void>, use: (item: T, at: number) => void) {
  let since = performance.now();
  for (const [at, item] of items.entries()) {
    use(item, at);
    if (performance.now() - since < 12) continue;
    await breathe();
    since = performance.now();
  }
}
