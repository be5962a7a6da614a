/** Name, badges and connection: what one is looking at, and whether it is real and fresh. */
import type { LiveTotals } from '../../shared/wire/messages.ts';
import type { PageState } from '../state.ts';
import { formatDuration, formatSpeed } from '../text/format.ts';
import { fill, type Text } from '../text/text.ts';
import { conditionsOf } from './conditions.ts';
import { filterChip } from './filter-chip.ts';
import { element, type PanelMaker, setShown, setText, syncRows } from './panel.ts';

export const header: PanelMaker = ({ text }) => {
  const name = element('h1', '', 'KURAYAMI ', element('span', 'kanji', '暗闇'));
  const lamp = element('span', 'lamp');
  lamp.setAttribute('aria-hidden', 'true');
  const status = element('span', 'status-text');
  const session = element('p', 'session');
  const problem = element('p', 'problem');
  const root = element('header', 'brand', name, element('p', 'status', lamp, status), session, problem);
  return {
    element: root,
    update(state) {
      root.dataset.connection = state.dropped ? 'connected' : state.connection;
      setText(status, state.dropped ? text.fileHere : text[state.connection]);
      setText(session, state.totals ? sessionLine(state, state.totals, text) : text.subtitle);
      setShown(problem, state.problem !== null);
      setText(problem, state.problem === null ? '' : fill(text.serverSays, { message: state.problem }));
    },
  };
};

function sessionLine({ replay }: PageState, { session, sensors }: LiveTotals, text: Text): string {
  if (replay !== null && session.kind === 'live') return text.replayOf;
  if (session.kind !== 'live') return session.name;
  const [only] = sensors;
  return `${text.live} · ${sensors.length === 1 ? only!.name : fill(text.sensorCount, { count: sensors.length })}`;
}

/** Badges stand over the picture and cannot be hidden: nobody shall take what is simulated for real. */
export const badges: PanelMaker = (context) => {
  const { text, language } = context;
  const chip = filterChip(context);
  const conditions = element('ul', 'conditions');
  conditions.setAttribute('aria-label', text.conditionsLabel);
  const kind = element('strong', 'badge');
  const connection = element('strong', 'badge badge-simulated');
  const paused = element('strong', 'badge badge-quiet', text.paused);
  const finished = element('strong', 'badge badge-quiet', text.finished);
  const skipped = element('span', 'badge-note');
  return {
    element: element('div', 'badges', kind, connection, paused, finished, skipped, chip.element, conditions),
    update(state) {
      chip.update(state);
      const label = badgeOf(state, text, language === 'en' ? '模擬データ' : 'SIMULATED DATA');
      setShown(kind, label !== '');
      setText(kind, label);
      kind.classList.toggle('badge-simulated', state.totals?.session.kind === 'simulated');
      // Before the first totals the notice says it; afterwards old figures must not pass for new ones.
      setShown(connection, state.totals !== null && state.connection !== 'connected' && !state.dropped);
      setText(connection, text[state.connection]);
      setShown(paused, state.paused);
      setShown(finished, state.totals?.clock.finished === true);
      const gap = state.totals?.clock.lastSkippedGap ?? null;
      setShown(skipped, gap !== null);
      const duration = gap ? formatDuration(gap.toSeconds - gap.fromSeconds) : '';
      setText(skipped, gap ? fill(text.skipped, { duration }) : '');
      // The filter has words of its own, with what it is.
      const told = conditionsOf(state, text, language).filter((one) => one.kind !== 'filter');
      syncRows(conditions, told, createCondition, (row, { weight, words }) => {
        row.dataset.weight = weight;
        setText(row, words);
      });
      setShown(conditions, conditions.childElementCount > 0);
    },
  };
};

const createCondition = () => element('li', 'badge-note');

function badgeOf({ totals, replay }: PageState, text: Text, otherSimulated: string): string {
  const simulated = totals?.session.kind === 'simulated' ? [`${text.simulated} / ${otherSimulated}`] : [];
  if (replay !== null) return [`${text.replay} ${formatSpeed(replay.rate)}`, ...simulated].join(' · ');
  if (simulated.length > 0) return simulated[0]!;
  if (totals?.session.kind !== 'file') return '';
  const { mode, speed } = totals.clock;
  return mode === 'max' ? text.replayFast : `${text.replay} ${formatSpeed(mode === 'paced' ? speed : 1)}`;
}
