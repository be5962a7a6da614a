/** What a panel says of its answers: whether they are whole, old, on their way or refused. No DOM. */
import { type Absent, mostAbsent } from '../../feed/absent.ts';
import { type Answer, AWAY, UNREADABLE } from '../../feed/answers.ts';
import { formatCount } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import type { PanelContext } from '../panel.ts';

export interface Told {
  /** `partial`: answered, but not all that was asked about is there. */
  readonly state: 'current' | 'partial' | 'loading' | 'old' | 'problem';
  readonly words: string;
}

export interface About {
  readonly toSeconds: number;
  /** Shows what the server says now. */
  readonly isLive: boolean;
}

const DAY_SECONDS = 86_400;

type Words = Pick<PanelContext, 'text' | 'timeOf' | 'language'>;

export function tellOf(answers: readonly Answer<unknown>[], { toSeconds, isLive }: About, words: Words): Told {
  const { text, timeOf } = words;
  const broken = answers.find(({ problem }) => problem !== null);
  const old = answers.some(({ value, isCurrent }) => value !== null && !isCurrent);
  if (broken) {
    const { code, detail } = broken.problem!;
    const since =
      broken.cameMilliseconds === null
        ? ''
        : ` ${fill(text.deskFiguresOf, { time: clockTime(broken.cameMilliseconds / 1000, timeOf) })}`;
    if (code === AWAY) return { state: 'problem', words: `${text.deskServerAway}${since}` };
    if (code === 'PAGE_NOT_IN_FILE') return { state: 'problem', words: text.deskNotInFile };
    const said = code === UNREADABLE ? text.deskUnreadable : fill(text.deskRefused, { code, detail });
    return { state: 'problem', words: said };
  }
  const waiting = answers.filter(({ isCurrent }) => !isCurrent);
  if (waiting.length > 0) {
    const told = waiting.flatMap(({ progress }) => (progress === null ? [] : [progress]));
    const percent = told.length === 0 ? '' : ` ${Math.floor(Math.min(...told) * 100)} %`;
    return { state: old ? 'old' : 'loading', words: `${old ? text.deskOld : text.deskLoading}${percent}` };
  }
  const until = isLive ? '' : fill(text.deskUntil, { time: momentTime(toSeconds, timeOf) });
  const absent = mostAbsent(answers.map(({ value }) => value));
  if (absent === null) return { state: 'current', words: until };
  return { state: 'partial', words: [absentWords(absent, words), until].filter(Boolean).join(' · ') };
}

function absentWords({ fromSeconds, toSeconds, packets, missingPackets }: Absent, words: Words): string {
  const { text, timeOf, language } = words;
  const from = momentTime(fromSeconds, timeOf);
  const to = momentTime(toSeconds, timeOf);
  if (packets === null) return fill(text.flowsAbsentUnknown, { from, to });
  const count = formatCount(packets, language);
  if (missingPackets === 0) return fill(text.flowsAbsent, { from, to, count });
  return fill(text.flowsAbsentMissing, { from, to, count, missing: formatCount(missingPackets, language) });
}

/**
 * Whether what is drawn is of the question that is asked now, so that a file of it may say so. What was refused and is not drawn is no
 * hindrance.
 */
export function isSavable(answers: readonly Answer<unknown>[]): boolean {
  const isOfNow = ({ isCurrent, value, problem }: Answer<unknown>) => isCurrent || (value === null && problem !== null);
  return answers.every(isOfNow) && (answers.length === 0 || answers[0]!.value !== null);
}

type TimeOf = PanelContext['timeOf'];

export function clockTime(seconds: number, timeOf: TimeOf): string {
  const { time, zone } = timeOf(seconds);
  return `${time} ${zone}`;
}

/** With its date where it is not of today. */
export function momentTime(seconds: number, timeOf: TimeOf): string {
  const { date, time, zone } = timeOf(seconds);
  const isToday = Math.abs(Date.now() / 1000 - seconds) < DAY_SECONDS;
  return `${isToday ? '' : `${date} `}${time} ${zone}`;
}
