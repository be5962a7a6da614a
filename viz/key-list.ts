/** Every key of the page: the sheet of keys, the listener and the table of README.md are all of this list. */
import type { TextKey } from './text/text.ts';

export interface KeyEntry {
  /** As the browser names them; letters are small. */
  readonly keys: readonly string[];
  /** As the sheet writes them: words of the page, or signs that are the same in every language. */
  readonly sign: { readonly text: TextKey } | string;
  readonly does: TextKey;
}

const entry = (keys: readonly string[], sign: KeyEntry['sign'], does: TextKey): KeyEntry => ({ keys, sign, does });

export const keyList = {
  views: entry(['1', '2', '3'], '1 2 3', 'helpViews'),
  map: entry(['m'], 'M', 'helpMap'),
  height: entry(['p'], 'P', 'helpHeight'),
  colour: entry(['c'], 'C', 'helpColour'),
  pointer: entry([], { text: 'pointer' }, 'helpPointer'),
  escape: entry(['Escape'], 'Esc', 'helpUnpin'),
  turn: entry(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'], { text: 'arrowKeys' }, 'helpRotate'),
  zoom: entry(['+', '=', '-'], '+ −', 'helpZoom'),
  reset: entry(['r'], 'R', 'helpReset'),
  rotate: entry(['a'], 'A', 'helpAutoRotate'),
  desk: entry(['d'], 'D', 'helpDesk'),
  hide: entry(['h'], 'H', 'helpHide'),
  table: entry(['t'], 'T', 'helpTable'),
  fullScreen: entry(['f'], 'F', 'helpFullScreen'),
  kiosk: entry(['k'], 'K', 'helpKiosk'),
  palette: entry(['b'], 'B', 'helpPalette'),
  timeZone: entry(['u'], 'U', 'helpTimeZone'),
  language: entry(['l'], 'L', 'helpLanguage'),
  filter: entry(['/'], '/', 'helpFilter'),
  signIn: entry(['i'], 'I', 'helpSignIn'),
  pause: entry([' '], { text: 'spaceKey' }, 'helpPause'),
  stepBack: entry([','], ',', 'helpStepBack'),
  stepForward: entry(['.'], '.', 'helpStepForward'),
  slower: entry(['['], '[', 'helpSlower'),
  faster: entry([']'], ']', 'helpFaster'),
  loop: entry(['o'], 'O', 'helpLoop'),
  mark: entry(['j'], 'J', 'helpMark'),
  live: entry(['End'], { text: 'endKey' }, 'helpLive'),
  sessions: entry(['e'], 'E', 'helpSessions'),
  takePicture: entry(['s'], 'S', 'helpPicture'),
  record: entry(['v'], 'V', 'helpRecord'),
  help: entry(['?'], '?', 'helpHelp'),
} as const;

export type KeyName = keyof typeof keyList;
