/** One filter that pages watch through: what it selects, and figures of that since the first of them came. */
import type { FlowCondition } from '../../shared/filter/flow-condition.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { FlowSelection } from './flow-selection.ts';
import { LiveFigures } from './live-figures.ts';
import type { LiveSession } from './live-session.ts';

export class LiveFilter {
  /** The expression in its canonical form: pages that ask the same share the work. */
  readonly key: string;
  /** Who asked for it first. */
  readonly asker: string;
  /** Pages that watch through it. */
  watchers = 0;
  /** Capture time from which on `figures` count; null when nothing had come. */
  sinceSeconds: number | null = null;
  #figures = noFigures();
  readonly #selection: FlowSelection;
  #session: LiveSession | null = null;

  constructor(key: string, condition: FlowCondition, asker: string) {
    this.key = key;
    this.asker = asker;
    this.#selection = new FlowSelection(condition);
  }

  /** Those of the session; another session's begin from nothing. */
  figuresOf(session: LiveSession): LiveFigures {
    if (session !== this.#session) this.#begin(session);
    return this.#figures;
  }

  #begin(session: LiveSession): void {
    const { newestSecond, newestSeconds } = session.figures.window;
    this.#session = session;
    this.#figures = noFigures();
    this.sinceSeconds = newestSeconds;
    // Rates are means over the time since then, not since the first flow that matched.
    if (newestSecond !== null) this.#figures.window.oldestSecond = newestSecond;
  }

  /** The flows that match; they are in the figures then. Holds until the next call. */
  take(batch: FlowBatch, session: LiveSession, isBacklog: boolean): FlowBatch {
    const figures = this.figuresOf(session);
    const selected = this.#selection.of(batch);
    figures.add(selected, isBacklog);
    figures.window.follow(session.figures.window);
    return selected;
  }
}

function noFigures(): LiveFigures {
  return new LiveFigures({ packets: 0, flows: 0, bytes: 0, unknownPlacePackets: 0 });
}
