/** What of the desk and of the sheet stands on the page now. On a wall there is nobody to work with them, or to close them. No DOM. */
import type { About } from '../feed/about.ts';
import type { PageState } from '../state.ts';
import type { DeskHeight } from './desk/settings.ts';

type Wanted = Pick<PageState, 'desk' | 'about' | 'kioskSeconds'>;

export interface Shown {
  readonly height: DeskHeight;
  /** The panel of the desk that has the whole page. */
  readonly enlarged: string | null;
  readonly about: About | null;
}

const NOTHING: Shown = { height: 'off', enlarged: null, about: null };

export function shownOf({ desk, about, kioskSeconds }: Wanted): Shown {
  if (kioskSeconds !== null) return NOTHING;
  return { height: desk.height, enlarged: desk.layout.enlarged, about };
}
