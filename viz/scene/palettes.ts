/**
 * The page's palettes: one for a wall in the dark, one for a room where eyes shall stay used to the dark (dim, red to amber,
 * no blue), one for a projector in a bright room (dark ink on a light ground). The scene is always drawn as light on
 * darkness; the other two are made of it by a matrix over its colours, which the browser applies to the whole picture.
 */
export type PaletteId = 'usual' | 'dark' | 'projector';

export type Colour = readonly [red: number, green: number, blue: number];

export interface Palette {
  readonly id: PaletteId;
  /**
   * One colour a traffic class, index is its id, as the scene draws it. Found by a search that begins at Okabe and Ito's
   * palette and makes the least difference between any two as large as it can, for trichromats and the three kinds of
   * dichromats; test/unit/viz/palettes.test.ts says how large it is.
   */
  readonly sceneColours: readonly string[];
  /** Rows of red, green and blue: weights of red, green, blue, and what is added. Null where nothing is done. */
  readonly matrix: readonly (readonly [red: number, green: number, blue: number, added: number])[] | null;
}

/** c + 1 − 2·lightness: what is dark becomes light and the hue stays. Weights of ITU-R BT.709. */
const INVERTED = [
  [0.5748, -1.4304, -0.1444, 1],
  [-0.4252, -0.4304, -0.1444, 1],
  [-0.4252, -1.4304, 0.8556, 1],
] as const;
/** White becomes amber, blue a dim red. */
const REDDENED = [
  [0.62, 0.38, 0.3, 0],
  [0.1, 0.58, 0.02, 0],
  [0, 0, 0, 0],
] as const;

/** Unused, TCP SYN, SYN-ACK, RST, other TCP, UDP, ICMP, other. */
export const palettes: readonly Palette[] = [
  {
    id: 'usual',
    sceneColours: ['#9995b9', '#4b97fb', '#f3ee64', '#f64f2f', '#29d486', '#f1aadd', '#ff981d', '#9995b9'],
    matrix: null,
  },
  {
    id: 'dark',
    sceneColours: ['#9c2c00', '#e69700', '#ffff00', '#820b00', '#b44e00', '#cf7100', '#ffbd00', '#9c2c00'],
    matrix: REDDENED,
  },
  {
    id: 'projector',
    sceneColours: ['#cdceff', '#7a9eff', '#f4d05e', '#ff9062', '#00ac99', '#de99d5', '#ec7100', '#cdceff'],
    matrix: INVERTED,
  },
];

export function paletteOf(id: PaletteId): Palette {
  return palettes.find((palette) => palette.id === id) ?? palettes[0]!;
}

/** What the address asks for; what is none is passed over. */
export function readPalette(text: string | null): PaletteId {
  return palettes.find(({ id }) => id === text)?.id ?? 'usual';
}

export function nextPalette(id: PaletteId): PaletteId {
  const at = palettes.findIndex((palette) => palette.id === id);
  return palettes[(at + 1) % palettes.length]!.id;
}

/** What one sees of a colour of the scene. */
export function shownColour({ matrix }: Palette, scene: string): string {
  return matrix === null ? scene : toHex(throughMatrix(matrix, fromHex(scene)));
}

export function fromHex(text: string): Colour {
  const at = (start: number) => Number.parseInt(text.slice(start, start + 2), 16) / 255;
  return [at(1), at(3), at(5)];
}

function throughMatrix(matrix: NonNullable<Palette['matrix']>, [red, green, blue]: Colour): Colour {
  return matrix.map((row) => row[0] * red + row[1] * green + row[2] * blue + row[3]) as unknown as Colour;
}

function toHex(colour: Colour): string {
  const byte = (share: number) => Math.round(Math.max(0, Math.min(1, share)) * 255);
  return `#${colour.map((share) => byte(share).toString(16).padStart(2, '0')).join('')}`;
}

/** As SVG writes it in `feColorMatrix`. */
export function filterValues(matrix: NonNullable<Palette['matrix']>): string {
  return [...matrix.map(([red, green, blue, added]) => [red, green, blue, 0, added]), [0, 0, 0, 1, 0]]
    .map((row) => row.join(' '))
    .join(' ');
}
