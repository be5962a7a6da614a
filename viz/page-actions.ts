/** What a viewer can do: panels and keys call these. */
import { putIntoAddress, putIntoQuery } from './address.ts';
import { formatAbout } from './feed/about.ts';
import { narrowed } from './feed/filter.ts';
import { requestSignIn, requestSignOut, type SignInFailure } from './feed/sign-in.ts';
import { defaultSpan, formatSpan } from './feed/span.ts';
import { DEFAULT_SECONDS } from './kiosk/turns.ts';
import type { Page } from './page.ts';
import { deskPanelIds } from './panels/desk/index.ts';
import { browserMemory, rememberDesk, writeDesk } from './panels/desk/settings.ts';
import type { PageActions } from './panels/panel.ts';
import { replayActions } from './replay/replay-actions.ts';
import { nextPalette } from './scene/palettes.ts';
import { writeSettings } from './scene/settings.ts';
import { ALL_CATEGORIES } from './state.ts';
import type { SceneSettings } from './views/view.ts';

const COLOURINGS = ['class', 'port', 'country', 'tag', 'radiation'] as const;

export function createActions(page: Page): PageActions {
  const { state } = page;
  const renew = (name: string, value: string) => {
    putIntoAddress((query) => putIntoQuery(query, name, value));
    page.renewBoard();
  };
  const change = (settings: Partial<SceneSettings>) => {
    state.settings = { ...state.settings, ...settings };
    putIntoAddress((query) => writeSettings(state.settings, query));
    page.refreshPicture();
    page.updatePanels();
  };
  return {
    ...replayActions(page),
    togglePause: () => {
      if (page.replay.isOpen) return page.replay.togglePlay();
      state.paused = !state.paused;
      if (state.paused) page.clock.pause();
      else {
        page.clock.resume();
        page.air.plan.reset();
      }
      putIntoAddress((query) => putIntoQuery(query, 'pause', state.paused ? 'yes' : ''));
    },
    toggleRotation: () => {
      state.rotating = !state.rotating;
      if (state.rotating) page.orbit?.letGo();
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
      renew('lang', state.language);
    },
    toggleTimeZone: () => {
      state.timeZone = state.timeZone === 'utc' ? 'local' : 'utc';
      renew('time', state.timeZone === 'utc' ? '' : state.timeZone);
    },
    paletteNext: () => {
      state.palette = nextPalette(state.palette);
      putIntoAddress((query) => putIntoQuery(query, 'palette', state.palette === 'usual' ? '' : state.palette));
      page.showPalette();
    },
    setKiosk: (seconds) => {
      state.kioskSeconds = seconds;
      if (seconds === null) page.kiosk.stop();
      else page.kiosk.start(seconds);
      const value = seconds === DEFAULT_SECONDS ? 'yes' : String(seconds ?? '');
      putIntoAddress((query) => putIntoQuery(query, 'kiosk', value));
      page.updatePanels();
      page.resizePicture();
    },
    toggleSessions: () => {
      toggleDialog(page.board.sessions.element);
      page.updatePanels();
    },
    takePicture: () => page.pictures.take(),
    toggleRecording: () => page.pictures.toggleRecording(),
    toggleHelp: () => toggleDialog(page.board.help),
    toggleSignIn: () => toggleDialog(page.board.signIn.element),
    toggleTable: () => {
      toggleDialog(page.board.table.element);
      page.updatePanels();
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
    editFilter: () => {
      const input = page.board.element.querySelector<HTMLInputElement>('.filter-input');
      input?.focus();
      input?.select();
    },
    setFilter: (filter) => {
      if (filter.trim() === state.filter) return;
      state.filter = filter.trim();
      putIntoAddress((query) => putIntoQuery(query, 'filter', state.filter));
      page.filterChanged();
      page.updatePanels();
    },
    narrow: (term, without = false) => page.actions.setFilter(narrowed(state.filter, term, without)),
    setSpan: (span) => {
      state.span = span;
      putIntoAddress((query) => putIntoQuery(query, 'span', span === defaultSpan ? '' : formatSpan(span)));
      page.replay.spanChanged();
      page.updatePanels();
    },
    showAbout: (about) => {
      state.about = about;
      putIntoAddress((query) => putIntoQuery(query, 'about', about === null ? '' : formatAbout(about)));
      page.updatePanels();
    },
    showPackets: (flow) => {
      state.packets = flow;
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

/** A dialog of the browser's own keeps the focus, and gives it back where it was. */
function toggleDialog(dialog: HTMLDialogElement): void {
  if (dialog.open) dialog.close();
  else dialog.showModal();
}
