/** The page an operator leaves on a wall: it wires feed, scene and panels together. */
import './style.css';
import './style-views.css';
import './style-desk.css';
import { exposeFacts } from './facts.ts';
import { readFilter } from './feed/filter.ts';
import { LiveFeed, liveAddress } from './feed/live-feed.ts';
import { readSpan } from './feed/span.ts';
import { listenToKeys } from './keys.ts';
import { Page } from './page.ts';
import { deskPanelIds } from './panels/desk/index.ts';
import { browserMemory, readDesk } from './panels/desk/settings.ts';
import { readSettings } from './scene/settings.ts';
import { chooseLanguage } from './text/text.ts';
import { views } from './views/index.ts';

const query = new URLSearchParams(location.search);
const page = new Page({
  chosen: {
    language: chooseLanguage(query.get('lang'), navigator.languages),
    settings: readSettings(
      query,
      views.map(({ id }) => id),
    ),
    filter: readFilter(query.get('filter')),
    span: readSpan(query.get('span')),
    desk: readDesk(query, deskPanelIds, browserMemory()),
  },
  quality: query.get('quality'),
  reducedMotion: window.matchMedia('(prefers-reduced-motion: reduce)'),
});
listenToKeys(page);
exposeFacts(page);
const feed = new LiveFeed(liveAddress(location.href), page.feedListener);
page.reconnect = () => feed.restart();
feed.start();
