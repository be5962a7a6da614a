/** What a panel says of its answers: whether they are whole, old, on their way or refused. No DOM. */
import { type Answer, AWAY, UNREADABLE } from '../../feed/answers.ts';
import { fill, type Text } from '../../text/text.ts';
import { formatUtc } from '../../text/time.ts';

export interface Told {
  readonly state: 'current' | 'loading' | 'old' | 'problem';
  readonly words: string;
}

export interface About {
  readonly toSeconds: number;
  /** Shows what the server says now. */
  readonly isLive: boolean;
}

const DAY_SECONDS = 86_400;

export function tellOf(answers: readonly Answer<unknown>[], { toSeconds, isLive }: About, text: Text): Told {
  const broken = answers.find(({ problem }) => problem !== null);
  const old = answers.some(({ value, isCurrent }) => value !== null && !isCurrent);
  if (broken) {
    const { code, detail } = broken.problem!;
    const since =
      broken.cameMilliseconds === null
        ? ''
        : ` ${fill(text.deskFiguresOf, { time: timeOf(broken.cameMilliseconds / 1000) })}`;
    if (code === AWAY) return { state: 'problem', words: `${text.deskServerAway}${since}` };
    const said = code === UNREADABLE ? text.deskUnreadable : fill(text.deskRefused, { code, detail });
    return { state: 'problem', words: said };
  }
  const waiting = answers.filter(({ isCurrent }) => !isCurrent);
  if (waiting.length > 0) {
    const told = waiting.flatMap(({ progress }) => (progress === null ? [] : [progress]));
    const percent = told.length === 0 ? '' : ` ${Math.floor(Math.min(...told) * 100)} %`;
    return { state: old ? 'old' : 'loading', words: `${old ? text.deskOld : text.deskLoading}${percent}` };
  }
  return { state: 'current', words: isLive ? '' : fill(text.deskUntil, { time: momentTime(toSeconds) }) };
}

const timeOf = (seconds: number) => `${formatUtc(seconds).time} UTC`;

/** With its date where it is not of today. */
export function momentTime(seconds: number): string {
  const { date, time } = formatUtc(seconds);
  const isToday = Math.abs(Date.now() / 1000 - seconds) < DAY_SECONDS;
  return `${isToday ? '' : `${date} `}${time} UTC`;
}
