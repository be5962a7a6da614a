/** What the page knows: filled by the feed and the scene, read by the panels. */
import type { LiveTotals, ViewerHello } from '../shared/wire/messages.ts';
import type { About } from './feed/about.ts';
import type { Problem } from './feed/answers.ts';
import { type FilterState, noFilter } from './feed/filter-state.ts';
import type { Connection } from './feed/live-feed.ts';
import type { PacketFlow } from './feed/packet-source.ts';
import type { PageLedgerView } from './feed/page-ledger.ts';
import { RateHistory } from './feed/rate-history.ts';
import { Recorded } from './feed/recorded.ts';
import type { Sampling } from './feed/sampling.ts';
import { defaultSpan, type Span } from './feed/span.ts';
import { noVersions, type VersionState } from './feed/versions.ts';
import { browserMemory, type DeskSettings } from './panels/desk/settings.ts';
import { Bookmarks } from './replay/bookmarks.ts';
import type { ReplayView, ReplayWish } from './replay/page-replay.ts';
import type { Pose } from './scene/orbit.ts';
import type { PaletteId } from './scene/palettes.ts';
import type { Category } from './scene/streak-colours.ts';
import type { StreakFacts } from './scene/streak-facts.ts';
import type { Language } from './text/text.ts';
import type { TimeZone } from './text/time.ts';
import type { SceneSettings } from './views/view.ts';

export interface PageState {
  language: Language;
  connection: Connection;
  hello: ViewerHello | null;
  totals: LiveTotals | null;
  /** What the server complained about last, on this connection. */
  problem: string | null;
  page: PageLedgerView;
  /** Capture time that the picture shows. */
  captureSeconds: number | null;
  readonly history: RateHistory;
  readonly recorded: Recorded;
  /** A bit for each colour that is shown. */
  categoryMask: number;
  /** What the colours mean now. */
  categories: readonly Category[];
  settings: SceneSettings;
  /** What scene and panels show of all flows, in the filter language; empty for all. */
  filter: string;
  /** What of it the server does. */
  filterInForce: FilterState;
  /** The time that panels answer for. */
  span: Span;
  desk: DeskSettings;
  /** Of what a sheet tells all. */
  about: About | null;
  /** Whose packets are shown. */
  packets: PacketFlow | null;
  palette: PaletteId;
  /** In which all times are shown. */
  timeZone: TimeZone;
  /** How long a kiosk shows each view; null where the page is none. */
  kioskSeconds: number | null;
  /** Whether server and page are of one version. */
  versions: VersionState;
  /** Of the last seconds; null while every flow was sent. */
  sampling: Sampling | null;
  /** The views turn by themselves. */
  rotating: boolean;
  paused: boolean;
  /** What is replayed; null while the picture is live. */
  replay: ReplayView | null;
  /** Why what was asked for cannot be replayed; the scene is as it was. */
  replayProblem: Problem | null;
  readonly bookmarks: Bookmarks;
  /** Whether the scene is being recorded; `missing` where the browser cannot. */
  recording: 'off' | 'running' | 'missing';
  /** A capture that was dropped on the page is what is shown: no byte of it leaves the machine. */
  dropped: boolean;
  /** How far a capture is read, and what of it there was no room for; null where there is nothing to tell. */
  reading: { readonly share: number; readonly packets: number; readonly packetsNotHeld: number } | null;
  /** The streak that the pointer is on, and where the pointer is. */
  hovered: { readonly slot: number; readonly facts: StreakFacts; readonly x: number; readonly y: number } | null;
  /** The streak that was clicked: all streaks of its source stand out. */
  pinned: StreakFacts | null;
  picture: 'running' | 'missing' | 'lost';
}

export const ALL_CATEGORIES = 0xff;

export interface Chosen {
  readonly language: Language;
  readonly settings: SceneSettings;
  readonly filter: string;
  readonly span: Span | null;
  readonly desk: DeskSettings;
  readonly about: About | null;
  readonly palette: PaletteId;
  readonly timeZone: TimeZone;
  readonly kioskSeconds: number | null;
  readonly camera: Pose | null;
  readonly paused: boolean;
  /** What of the past the address asks for; null for live. */
  readonly replay: ReplayWish | null;
}

export function initialState({
  language,
  settings,
  filter,
  span,
  palette,
  timeZone,
  kioskSeconds,
  camera,
  paused,
  desk,
  about,
}: Chosen): PageState {
  return {
    language,
    connection: 'connecting',
    hello: null,
    totals: null,
    problem: null,
    page: { received: 0, drawn: 0, expired: 0, waiting: 0, badFrames: 0, receivedAtTotals: 0 },
    captureSeconds: null,
    history: new RateHistory(),
    recorded: new Recorded(),
    categoryMask: ALL_CATEGORIES,
    categories: [],
    settings,
    filter,
    filterInForce: noFilter,
    span: span ?? defaultSpan,
    desk,
    about,
    packets: null,
    palette,
    timeZone,
    kioskSeconds,
    versions: noVersions(),
    sampling: null,
    rotating: camera === null,
    paused,
    replay: null,
    replayProblem: null,
    bookmarks: new Bookmarks(browserMemory()),
    recording: 'off',
    dropped: false,
    reading: null,
    hovered: null,
    pinned: null,
    picture: 'running',
  };
}
