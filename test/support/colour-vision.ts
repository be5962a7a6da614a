/** What a colour looks like to people with other cones, and how far two colours are apart. */
import type { Colour } from '../../viz/scene/palettes.ts';

type Matrix = readonly [Colour, Colour, Colour];

/**
 * Dichromats, over linear RGB, at full severity: Machado, Oliveira and Fernandes, A Physiologically-based Model for
 * Simulation of Color Vision Deficiency, IEEE TVCG 15 (6), 2009.
 */
const dichromats: Readonly<Record<string, Matrix>> = {
  protanopes: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopes: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopes: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const linear = (share: number) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
const within = (share: number) => Math.max(0, Math.min(1, share));
const times = (matrix: Matrix, [a, b, c]: Colour): Colour =>
  matrix.map((row) => row[0] * a + row[1] * b + row[2] * c) as unknown as Colour;
const linearColour = (colour: Colour) => colour.map(linear) as unknown as Colour;

/** From a colour of the screen to what is seen of it, in linear RGB. */
export const eyes: Readonly<Record<string, (colour: Colour) => Colour>> = {
  trichromats: linearColour,
  ...Object.fromEntries(
    Object.entries(dichromats).map(([name, matrix]) => [
      name,
      (colour: Colour) => times(matrix, linearColour(colour)).map(within) as unknown as Colour,
    ]),
  ),
};

/** Oklab of linear RGB: Björn Ottosson, A perceptual color space for image processing, 2020. */
export function oklab(colour: Colour): Colour {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    colour,
  ).map(Math.cbrt) as unknown as Colour;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones,
  );
}

/** WCAG 2: 1 for the same, 21 for black on white. */
export function contrast(one: Colour, other: Colour): number {
  const light = (colour: Colour) => {
    const [red, green, blue] = linearColour(colour);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  };
  const [a, b] = [light(one), light(other)];
  return Math.max(a, b) / Math.min(a, b);
}
