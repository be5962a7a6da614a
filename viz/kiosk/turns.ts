/** What a kiosk shows, one after the other, and for how long. */

/** Each view, and the flat map. */
export interface Turn {
  readonly view: string;
  readonly flat: boolean;
}

export const DEFAULT_SECONDS = 45;
const LEAST_SECONDS = 5;
const MOST_SECONDS = 3_600;

/** `?kiosk` or `?kiosk=30`; null where it is not asked for. What makes no sense takes the usual time. */
export function readKioskSeconds(text: string | null): number | null {
  if (text === null) return null;
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : DEFAULT_SECONDS;
  return Math.max(LEAST_SECONDS, Math.min(MOST_SECONDS, seconds));
}

export function turnsOf(viewIds: readonly string[]): Turn[] {
  return viewIds.flatMap((view) => [{ view, flat: false }, ...(view === 'atlas' ? [{ view, flat: true }] : [])]);
}

/** The turn after the one that is shown; the first where none of them is. */
export function turnAfter(turns: readonly Turn[], shown: Turn): Turn {
  const at = turns.findIndex(({ view, flat }) => view === shown.view && flat === shown.flat);
  return turns[(at + 1) % turns.length]!;
}

/** How far what stands still is moved, so that no light stays on the same spot: eight places around the middle, in turn. */
export function burnInShift(turn: number): { readonly x: number; readonly y: number } {
  const angle = (turn % 8) * (Math.PI / 4);
  // Every other time further out, and the ninth time around the same place again.
  const far = turn % 2 === 0 ? 6 : 3;
  return { x: Math.round(Math.cos(angle) * far), y: Math.round(Math.sin(angle) * far) };
}
