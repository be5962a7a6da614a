/** How a session stands, as pages are told. */
import type { LiveTotals, SensorView, SkippedGap } from '../../shared/wire/messages.ts';
import type { Channel } from '../ingest/channel.ts';
import type { LiveFigures } from './live-figures.ts';
import type { LiveSession } from './live-session.ts';

/** What was captured this long ago has arrived, as a rule. */
const LIVE_LAG_SECONDS = 2;
/** Longer than any mean that is shown. */
const SILENCE_SECONDS = 60;
const TOP_PORTS = 12;
/** Countries are also tinted on the globe. */
const TOP_COUNTRIES = 60;
const MAX_DAMAGE_TOLD = 3;
const MAX_DAMAGE_CHARACTERS = 300;
const LIVE_CLOCK = { mode: 'live', speed: 1 } as const;
/** Of files that nobody plays now. */
const NO_CLOCK = { mode: 'max', speed: 0 } as const;

/** What differs with the filter of a page. */
export type Figures = Pick<
  LiveTotals,
  'rates' | 'totals' | 'topPorts' | 'topCountries' | 'classPacketsPerSecond' | 'radiationPacketsPerSecond'
>;

/** The capture time that rates are of. Live, silence is news: it is now, not that of the last packet; after the end nothing comes. */
function ratesUntil({ mode, finished, newestSeconds }: LiveTotals['clock'], nowMilliseconds: number): number {
  const newest = newestSeconds ?? 0;
  if (finished) return newest + SILENCE_SECONDS;
  return mode === 'live' ? Math.max(newest, nowMilliseconds / 1000 - LIVE_LAG_SECONDS) : newest;
}

export function figuresOf({ window, totals }: LiveFigures, clock: LiveTotals['clock']): Figures {
  const { classPacketsPerSecond, radiationPacketsPerSecond, ...rates } = window.rates(ratesUntil(clock, Date.now()));
  return {
    rates,
    totals: { ...totals, sources: window.sources() },
    topPorts: window.topPorts(TOP_PORTS),
    topCountries: window.topCountries(TOP_COUNTRIES),
    classPacketsPerSecond,
    radiationPacketsPerSecond,
  };
}

export function clockOf(session: LiveSession, now: number): LiveTotals['clock'] {
  const channels = [...session.channels];
  const newest = channels.at(-1);
  const clock = newest?.hello.clock ?? (session.record.kind === 'file' ? NO_CLOCK : LIVE_CLOCK);
  return {
    mode: clock.mode,
    speed: clock.speed,
    newestSeconds: session.figures.window.newestSeconds ?? session.record.lastSeconds,
    rate: clock.mode === 'max' ? session.measuredRate(now) : clock.speed,
    finished:
      channels.length === 0 ? session.record.kind !== 'live' : channels.every(({ state }) => state === 'finished'),
    skippedGaps: newest?.health?.skippedGaps ?? 0,
    lastSkippedGap: gapOf(newest),
  };
}

/** Named fields only: what else a sensor wrote stays here. */
function gapOf(channel: Channel | undefined): SkippedGap | null {
  const gap = channel?.health?.lastSkippedGap;
  return gap ? { fromSeconds: gap.fromSeconds, toSeconds: gap.toSeconds } : null;
}

export function sensorView({ sensor, state, health, lastHeardMilliseconds }: Channel, now: number): SensorView {
  const ledger = health?.ledger;
  return {
    id: sensor.id,
    name: sensor.name,
    place: sensor.place,
    state,
    link: health?.link ?? 'none',
    silentSeconds: Math.max(0, Math.round((now - lastHeardMilliseconds) / 1000)),
    droppedPackets: (ledger?.droppedByKernel ?? 0) + (ledger?.packetsSpoolDropped ?? 0),
    waitingPackets: ledger?.packetsSpooled ?? 0,
    damage: (health?.damage ?? [])
      .slice(0, MAX_DAMAGE_TOLD)
      .map((sentence) => sentence.slice(0, MAX_DAMAGE_CHARACTERS)),
  };
}
