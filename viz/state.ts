/** What the page knows: filled by the feed and the scene, read by the panels. */
import type { LiveTotals, ViewerHello } from '../shared/wire/messages.ts';
import type { Connection } from './feed/live-feed.ts';
import type { PageLedgerView } from './feed/page-ledger.ts';
import { RateHistory } from './feed/rate-history.ts';
import { Recorded } from './feed/recorded.ts';
import type { Language } from './text/text.ts';

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
  /** A bit for each traffic class that is shown. */
  classMask: number;
  paused: boolean;
  picture: 'running' | 'missing' | 'lost';
}

export const ALL_CLASSES = 0xff;

export function initialState(language: Language): PageState {
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
    classMask: ALL_CLASSES,
    paused: false,
    picture: 'running',
  };
}
