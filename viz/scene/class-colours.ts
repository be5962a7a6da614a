/** The colours of traffic classes as one sees them: a style of the page, so that every panel and chart takes them from there. */
import { type Palette, shownColour } from './palettes.ts';

/** For styles: `classColour(3)` is the colour that the palette has for class 3 now. */
export const classColour = (index: number) => `var(--class-${index})`;

/** Tells the page's styles the colours of a palette. */
export function putClassColours({ style }: HTMLElement, palette: Palette): void {
  for (const [index, colour] of palette.sceneColours.entries())
    style.setProperty(`--class-${index}`, shownColour(palette, colour));
}
