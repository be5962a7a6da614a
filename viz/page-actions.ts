/** What a viewer can do: panels and keys call these. */
import { narrowed } from './feed/filter.ts';
import { requestSignIn, requestSignOut, type SignInFailure } from './feed/sign-in.ts';
import { defaultSpan, formatSpan } from './feed/span.ts';
import type { Page } from './page.ts';
import { deskPanelIds } from './panels/desk/index.ts';
import { browserMemory, rememberDesk, writeDesk } from './panels/desk/settings.ts';
import type { PageActions } from './panels/panel.ts';
import { writeSettings } from './scene/settings.ts';
import { ALL_CATEGORIES } from './state.ts';
import type { SceneSettings } from './views/view.ts';

const COLOURINGS = ['class', 'port', 'country', 'tag'] as const;

export function createActions(page: Page): PageActions {
  const { state } = page;
  const change = (settings: Partial<SceneSettings>) => {
    state.settings = { ...state.settings, ...settings };
    putIntoAddress((query) => writeSettings(state.settings, query));
    page.refreshPicture();
    page.updatePanels();
  };
  return {
    togglePause: () => {
      state.paused = !state.paused;
      if (state.paused) page.clock.pause();
      else {
        page.clock.resume();
        page.plan.reset();
      }
    },
    toggleRotation: () => {
      state.rotating = !state.rotating;
    },
    togglePanels: () => {
      document.documentElement.classList.toggle('bare');
      page.resizePicture();
    },
    toggleFullScreen: () => {
      if (document.fullscreenElement) void document.exitFullscreen();
      else void document.documentElement.requestFullscreen?.().catch(() => {});
    },
    toggleLanguage: () => {
      state.language = state.language === 'en' ? 'ja' : 'en';
      putIntoAddress((query) => query.set('lang', state.language));
      page.renewBoard();
    },
    toggleHelp: () => {
      const { help } = page.board;
      if (help.open) help.close();
      else help.showModal();
    },
    toggleSignIn: () => {
      const { element } = page.board.signIn;
      if (element.open) element.close();
      else element.showModal();
    },
    signIn: async (token) => begin(page, await requestSignIn(token)),
    signOut: async () => {
      const failure = await requestSignOut();
      if (failure === null) page.forgetTargets();
      return begin(page, failure);
    },
    toggleCategory: (colour) => {
      state.categoryMask ^= 1 << colour;
      page.updatePanels();
    },
    show: (view) => {
      state.hovered = null;
      change({ view });
    },
    toggleMap: () => change({ view: 'atlas', flat: !state.settings.flat }),
    toggleHeight: () => change({ heightBy: state.settings.heightBy === 'port' ? 'distance' : 'port' }),
    colourNext: () => {
      const next = (COLOURINGS.indexOf(state.settings.colourBy) + 1) % COLOURINGS.length;
      state.categoryMask = ALL_CATEGORIES;
      change({ colourBy: COLOURINGS[next]! });
    },
    setCube: (cube) => change({ cube: { ...state.settings.cube, ...cube } }),
    setFilter: (filter) => {
      state.filter = filter.trim();
      putIntoAddress((query) => put(query, 'filter', state.filter));
      page.updatePanels();
    },
    narrow: (term, without = false) => page.actions.setFilter(narrowed(state.filter, term, without)),
    setSpan: (span) => {
      state.span = span;
      putIntoAddress((query) => put(query, 'span', span === defaultSpan ? '' : formatSpan(span)));
      page.updatePanels();
    },
    toggleDesk: () => page.actions.setDesk({ height: state.desk.height === 'off' ? 'half' : 'off' }),
    setDesk: (settings) => {
      state.desk = { ...state.desk, ...settings };
      putIntoAddress((query) => writeDesk(state.desk, deskPanelIds, query));
      if (settings.layout) rememberDesk(state.desk, deskPanelIds, browserMemory());
      page.updatePanels();
      if (settings.height) page.resizePicture();
    },
    unpin: () => {
      state.pinned = null;
      page.updatePanels();
    },
  };
}

/** Whoever one is now, one is it on a new connection. */
function begin(page: Page, failure: SignInFailure | null): SignInFailure | null {
  if (failure === null) page.reconnect();
  return failure;
}

function put(query: URLSearchParams, name: string, value: string): void {
  if (value === '') query.delete(name);
  else query.set(name, value);
}

function putIntoAddress(put: (query: URLSearchParams) => void): void {
  const address = new URL(location.href);
  put(address.searchParams);
  history.replaceState(null, '', address);
}
