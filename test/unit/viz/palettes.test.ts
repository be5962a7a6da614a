/** Colours that can be told apart, whoever looks: what is computed here is what docs/wall.md says. */
import { describe, expect, test } from 'vitest';
import { classShapes } from '../../../viz/scene/class-shapes.ts';
import { fromHex, palettes, readPalette, shownColour } from '../../../viz/scene/palettes.ts';
import { eyes, oklab } from '../../support/colour-vision.ts';

/** In Oklab, where two hundredths are about what is just seen side by side. */
const LEAST_DIFFERENCE = 0.08;
const used = (colours: readonly string[]) => colours.slice(1);

describe.for(palettes)('palette $id', (palette) => {
  const shown = used(palette.sceneColours).map((colour) => shownColour(palette, colour));

  test.for(Object.entries(eyes))('any two of its colours differ for %s', ([, see]) => {
    const seen = shown.map((colour) => oklab(see(fromHex(colour))));
    const differences = seen.flatMap((one, i) =>
      seen.slice(0, i).map((other) => Math.hypot(...one.map((part, at) => part - other[at]!))),
    );
    expect(Math.min(...differences)).toBeGreaterThan(LEAST_DIFFERENCE);
  });

  test('a colour that is unused is that of the others', () => {
    expect(palette.sceneColours).toHaveLength(8);
    expect(palette.sceneColours[0]).toBe(palette.sceneColours[7]);
  });
});

test('the measure finds what is alike: red and green for who lacks one of them', () => {
  const difference = (eye: keyof typeof eyes, a: string, b: string) => {
    const [one, other] = [a, b].map((colour) => oklab(eyes[eye]!(fromHex(colour))));
    return Math.hypot(...one!.map((part, at) => part - other![at]!));
  };
  expect(difference('trichromats', '#a83232', '#6b6b00')).toBeGreaterThan(0.1);
  expect(difference('deuteranopes', '#a83232', '#6b6b00')).toBeLessThan(0.08);
});

test('the dark room has no blue, the projector a light ground', () => {
  const [, dark, projector] = palettes;
  for (const colour of dark!.sceneColours) expect(fromHex(shownColour(dark!, colour))[2]).toBe(0);
  expect(shownColour(dark!, '#ffffff').endsWith('00')).toBe(true);
  // That of the scene, as in stage.ts, becomes that of the page, as in style-wall.css.
  expect(shownColour(projector!, '#02040a')).toBe('#f9fbff');
  expect(shownColour(palettes[0]!, '#02040a')).toBe('#02040a');
});

test('no two classes have a trail of the same form', () => {
  const forms = classShapes.slice(1).map(({ strokes, lit, width }) => `${strokes} ${lit} ${width}`);
  expect(new Set(forms).size).toBe(forms.length);
});

test('an odd palette is the usual one', () => {
  expect(['dark', 'projector', 'usual', '', '__proto__', null].map(readPalette)).toEqual([
    'dark',
    'projector',
    'usual',
    'usual',
    'usual',
    'usual',
  ]);
});
