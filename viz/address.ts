/** The address of the page: it holds what was chosen, so that a link shows a colleague the same. */
import { readAbout } from './feed/about.ts';
import { readFilter } from './feed/filter.ts';
import { readSpan } from './feed/span.ts';
import { readKioskSeconds } from './kiosk/turns.ts';
import { deskPanelIds } from './panels/desk/index.ts';
import { browserMemory, readDesk } from './panels/desk/settings.ts';
import { readReplay } from './replay/replay-address.ts';
import { readCamera } from './scene/camera.ts';
import { readPalette } from './scene/palettes.ts';
import { readSettings } from './scene/settings.ts';
import type { Chosen } from './state.ts';
import { chooseLanguage } from './text/text.ts';
import { readTimeZone } from './text/time.ts';

/** A link may hold a filter of 8,192 characters, each written as three or more; what is longer was made by hand. */
const MOST_CHARACTERS = 100_000;

/** What makes no sense is passed over. */
export function readAddress(
  search: string,
  languages: readonly string[],
  viewIds: readonly string[],
): Chosen & { readonly quality: string | null } {
  const query = new URLSearchParams(search.length > MOST_CHARACTERS ? '' : search);
  return {
    language: chooseLanguage(query.get('lang'), languages),
    settings: readSettings(query, viewIds),
    filter: readFilter(query.get('filter')),
    span: readSpan(query.get('span')),
    about: readAbout(query.get('about')),
    palette: readPalette(query.get('palette')),
    timeZone: readTimeZone(query.get('time')),
    kioskSeconds: readKioskSeconds(query.get('kiosk')),
    camera: readCamera(query.get('camera')),
    desk: readDesk(query, deskPanelIds, browserMemory()),
    paused: query.has('pause'),
    replay: readReplay(query),
    quality: query.get('quality'),
  };
}

/** An empty value takes the name out. */
export function putIntoQuery(query: URLSearchParams, name: string, value: string): void {
  if (value === '') query.delete(name);
  else query.set(name, value);
}

export function putIntoAddress(put: (query: URLSearchParams) => void): void {
  const address = new URL(location.href);
  if (address.search.length > MOST_CHARACTERS) address.search = '';
  put(address.searchParams);
  if (address.href !== location.href) history.replaceState(null, '', address);
}
