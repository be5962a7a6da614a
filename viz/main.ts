/** The page an operator leaves on a wall: it wires feed, scene and panels together. */
import './style.css';
import './style-views.css';
import './style-desk.css';
import './style-about.css';
import './style-payload.css';
import './style-packets.css';
import './style-filter.css';
import './style-replay.css';
import './style-wall.css';
import { readAddress } from './address.ts';
import { exposeFacts } from './facts.ts';
import { LiveFeed, liveAddress } from './feed/live-feed.ts';
import { listenToKeys } from './keys.ts';
import { Page } from './page.ts';
import { listenToDrops } from './replay/page-files.ts';
import { views } from './views/index.ts';

/** Of package.json, put in by the build. */
declare const PAGE_VERSION: string;

const viewIds = views.map(({ id }) => id);
const { quality, ...chosen } = readAddress(location.search, navigator.languages, viewIds);
const page = new Page({
  chosen,
  version: PAGE_VERSION,
  quality,
  reducedMotion: window.matchMedia('(prefers-reduced-motion: reduce)'),
});
listenToKeys(page);
listenToDrops(page);
exposeFacts(page);
const feed = new LiveFeed(liveAddress(location.href), page.live);
page.reconnect = () => feed.restart();
page.sendFilter = (filter) => feed.want(filter);
page.filterChanged();
feed.start();
