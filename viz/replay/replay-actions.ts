/** What a viewer can do with the past. */
import { putIntoAddress, putIntoQuery } from '../address.ts';
import type { Page } from '../page.ts';
import type { PageActions } from '../panels/panel.ts';
import { writeReplay } from './replay-address.ts';

/** A mark that is nearer than this share of the session is meant. */
const NEAR = 1 / 200;

const BACK_SECONDS = 60;

type ReplayActions = Pick<
  PageActions,
  'seek' | 'step' | 'setSpeed' | 'toggleLoop' | 'markMoment' | 'openSession' | 'openFile' | 'goLive'
>;

export function replayActions(page: Page): ReplayActions {
  const { state, replay } = page;
  const moment = () => state.replay?.atSeconds ?? nowOf(page);
  return {
    seek: (seconds) => void replay.go({ atSeconds: seconds }),
    /** A second of what is shown; what stands is looked at step by step. */
    step: (direction) => {
      const at = moment();
      if (at === null) return;
      const seconds = Math.max(1, state.replay?.rate ?? 1);
      void replay.go({ atSeconds: at + direction * seconds, isPlaying: false });
    },
    setSpeed: (speed) => void replay.go({ speed, ...fromHere(page) }),
    toggleLoop: () => void replay.go({ isLooping: !(state.replay?.isLooping ?? false), ...fromHere(page) }),
    markMoment: () => {
      const at = moment();
      if (at === null || state.totals === null) return;
      const { firstSeconds, lastSeconds } = state.replay?.session ?? { firstSeconds: at - 3_600, lastSeconds: at };
      state.bookmarks.toggle(state.totals.session.id, at, (lastSeconds - firstSeconds) * NEAR);
      page.updatePanels();
    },
    openSession: (id) => void replay.go({ session: id, atSeconds: Number.NEGATIVE_INFINITY, isPlaying: true }),
    openFile: (file) => page.openFile(file),
    goLive: () => {
      page.state.replayProblem = null;
      page.endReplay();
      putIntoAddress((query) => {
        writeReplay(null, query);
        putIntoQuery(query, 'pause', '');
      });
    },
  };
}

/** From live, a replay begins a little before now. */
function fromHere(page: Page) {
  const now = nowOf(page);
  return page.state.replay === null && now !== null ? { atSeconds: now - BACK_SECONDS } : {};
}

/** Before anything flies, the newest packet tells the time. */
const nowOf = ({ state }: Page) => state.captureSeconds ?? state.totals?.clock.newestSeconds ?? null;
