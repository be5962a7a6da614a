/** Under every view: the whole stored history, and where in it the picture stands. */
import type { Answer } from '../../feed/answers.ts';
import type { Asked } from '../../feed/questions.ts';
import { readSeriesAnswer, type SeriesAnswer } from '../../feed/series-answer.ts';
import type { PageState } from '../../state.ts';
import { formatCount, formatDuration } from '../../text/format.ts';
import { fill } from '../../text/text.ts';
import { boundsOfSession } from '../desk/sessions.ts';
import { element, type PanelContext, type PanelMaker, setShown, setText } from '../panel.ts';
import { BarPicture } from './bar-picture.ts';
import { listenOnBar } from './bar-pointer.ts';
import { type BarSpan, barSpanOf, zoomed } from './bar-span.ts';
import { problemWords } from './problem-words.ts';
import { createTransport } from './transport.ts';

/** Of the bar: so far goes an arrow, and a page. */
const ARROW = 1 / 200;
const PAGE = 1 / 20;

export const timeBar: PanelMaker = (context) => {
  const { text, actions, questions, timeOf } = context;
  const transport = createTransport(context);
  const picture = new BarPicture(timeOf);
  const bar = element('div', 'time-bar-track', picture.svg);
  bar.tabIndex = 0;
  bar.setAttribute('role', 'slider');
  bar.setAttribute('aria-label', text.timeBar);
  bar.title = text.timeBarHint;
  const note = element('p', 'time-bar-note');
  note.setAttribute('role', 'status');
  let span: BarSpan | null = null;
  let zoom: { fromSeconds: number; toSeconds: number } | null = null;
  let zoomedOf = '';
  let preview: readonly [number, number] | null = null;
  let asked: BarSpan | null = null;
  let drawn: { span: BarSpan; answer: SeriesAnswer | null } | null = null;
  let width = 0;
  let state: PageState | null = null;

  const whole = () => {
    const bounds = state && boundsOf(state, context);
    return bounds ?? { firstSeconds: span?.fromSeconds ?? 0, lastSeconds: span?.toSeconds ?? 0 };
  };
  const at = () => (state === null ? null : (state.replay?.atSeconds ?? state.captureSeconds));
  const seekShare = (share: number) => {
    const seconds = picture.secondsAt(share);
    if (seconds !== null) actions.seek(seconds);
  };
  listenOnBar(bar, {
    head: () => (width === 0 ? 0 : picture.placeOf(at() ?? 0) / width),
    seek: seekShare,
    choose(from, to) {
      const [fromSeconds, toSeconds] = [picture.secondsAt(from), picture.secondsAt(to)];
      if (fromSeconds === null || toSeconds === null) return;
      actions.setSpan({
        kind: 'fixed',
        fromSeconds: Math.floor(fromSeconds),
        toSeconds: Math.max(Math.floor(fromSeconds) + 1, Math.ceil(toSeconds)),
      });
    },
    preview(shares) {
      preview = shares;
      mark();
    },
    zoom(share, factor) {
      const seconds = picture.secondsAt(share);
      if (span !== null && seconds !== null) zoom = zoomed(zoom ?? span, whole(), seconds, factor);
    },
    whole() {
      zoom = null;
    },
  });
  bar.addEventListener('keydown', (event) => {
    // Whoever has just clicked on the bar plays and pauses as everywhere.
    if (event.key === ' ') {
      event.preventDefault();
      actions.togglePause();
      return;
    }
    const moved = movedBy(event.key, span, at(), whole());
    if (moved === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    actions.seek(moved);
  });
  new ResizeObserver(([entry]) => {
    width = entry!.contentRect.width;
    picture.resize(width, entry!.contentRect.height);
    drawn = null;
  }).observe(bar);

  function mark(): void {
    if (state === null) return;
    const chosen = state.span.kind === 'fixed' ? state.span : null;
    const shares = preview?.map((share) => picture.secondsAt(share) ?? 0).sort((a, b) => a - b);
    picture.mark({
      atSeconds: at(),
      chosen: shares ? { fromSeconds: shares[0]!, toSeconds: shares[1]! } : chosen,
      bookmarks: state.bookmarks.of(state.totals?.session.id ?? -1).map(({ atSeconds }) => atSeconds),
    });
  }

  /** While the history grows there is always a newer question: the last one is waited for. */
  function ask(wanted: BarSpan): Answer<History> {
    const isGrown =
      asked !== null &&
      asked.toSeconds <= wanted.toSeconds &&
      isSame({ ...asked, toSeconds: wanted.toSeconds }, wanted);
    if (isGrown) {
      const answer = questions.ask(askedOf(asked!));
      // Where it is refused, the same is asked again, ever more rarely.
      if (!answer.isCurrent) return answer;
    }
    asked = wanted;
    return questions.ask(askedOf(wanted));
  }

  return {
    element: element('section', 'panel time-bar', transport.element, element('div', 'time-bar-box', bar, note)),
    update(now) {
      state = now;
      // A piece of one session is none of another.
      const key = `${now.totals?.session.id} ${now.dropped ? now.replay?.session.name : ''}`;
      if (key !== zoomedOf) zoom = null;
      zoomedOf = key;
      transport.update(now);
      span = barSpanOf(now, boundsOf(now, context), zoom);
      const answer = span === null ? null : ask(span);
      // Until there is an answer to that, the last of the session is shown.
      const value = answer?.value?.session === span?.session ? (answer?.value?.history ?? null) : null;
      if (span !== null && (drawn === null || drawn.answer !== value || !isSame(drawn.span, span))) {
        picture.draw(span, value);
        drawn = { span, answer: value };
      }
      mark();
      const words = noteOf(now, context, answer?.problem?.code ?? null);
      setText(note, words);
      setShown(note, words !== '');
      note.dataset.weight = (now.replayProblem ?? now.replay?.problem) ? 'bad' : 'note';
      tellSlider(bar, span, at(), timeOf);
    },
  };
};

function boundsOf(state: PageState, { questions }: PanelContext) {
  if (state.replay === null) return boundsOfSession(state, questions);
  const { firstSeconds, lastSeconds } = state.replay.session;
  return { firstSeconds, lastSeconds };
}

interface History {
  readonly session: number;
  readonly history: SeriesAnswer;
}

function askedOf({ session, fromSeconds, toSeconds, stepSeconds, keepSeconds }: BarSpan): Asked<History> {
  const time = (seconds: number) => new Date(seconds * 1000).toISOString();
  const query = new URLSearchParams({
    measure: 'packets',
    by: 'total',
    session: String(session),
    from: time(fromSeconds),
    to: time(toSeconds),
    step: String(stepSeconds),
  });
  const read = (body: unknown) => ({ session, history: readSeriesAnswer(body) });
  return { name: 'time bar', path: `api/v1/series?${query}`, keepSeconds, read };
}

const isSame = (a: BarSpan, b: BarSpan) =>
  a.session === b.session &&
  a.fromSeconds === b.fromSeconds &&
  a.toSeconds === b.toSeconds &&
  a.stepSeconds === b.stepSeconds;

/** What is to be said beside the bar: what is wrong, then what it waits for, then what was jumped over. */
function noteOf(state: PageState, context: PanelContext, code: string | null): string {
  const { replay, replayProblem, reading, totals } = state;
  const { text } = context;
  const problem = replayProblem ?? replay?.problem ?? null;
  if (problem !== null) return problemWords(problem, text);
  if (reading !== null) return readingWords(reading, context);
  if (replay?.isWaiting) return text.replayLoading;
  if (replay?.isFinished) return text.replayEnd;
  const gap = replay === null ? null : (totals?.clock.lastSkippedGap ?? null);
  if (gap !== null) return fill(text.skipped, { duration: formatDuration(gap.toSeconds - gap.fromSeconds) });
  return code === null ? '' : problemWords({ code, detail: '' }, text);
}

function readingWords({ share, packets, packetsNotHeld }: NonNullable<PageState['reading']>, context: PanelContext) {
  const { text, language } = context;
  const count = formatCount(share < 1 ? packets : packetsNotHeld, language);
  return fill(share < 1 ? text.fileReading : text.fileNotHeld, { share: Math.floor(share * 100), count });
}

/** Where a key goes; null for keys that are not the bar's. */
function movedBy(
  key: string,
  span: BarSpan | null,
  at: number | null,
  { firstSeconds, lastSeconds }: { readonly firstSeconds: number; readonly lastSeconds: number },
): number | null {
  if (span === null) return null;
  const seconds = span.toSeconds - span.fromSeconds;
  const from = at ?? span.toSeconds;
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -ARROW,
    ArrowDown: -ARROW,
    ArrowRight: ARROW,
    ArrowUp: ARROW,
    PageDown: -PAGE,
    PageUp: PAGE,
  };
  if (key === 'Home') return firstSeconds;
  const step = steps[key];
  return step === undefined ? null : Math.min(lastSeconds, Math.max(firstSeconds, from + step * seconds));
}

function tellSlider(bar: HTMLElement, span: BarSpan | null, at: number | null, timeOf: PanelContext['timeOf']): void {
  const { date, time, zone } = timeOf(at);
  const values = {
    'aria-valuemin': Math.floor(span?.fromSeconds ?? 0),
    'aria-valuemax': Math.ceil(span?.toSeconds ?? 0),
    'aria-valuenow': Math.floor(at ?? 0),
    'aria-valuetext': `${date} ${time} ${zone}`.trim(),
  };
  for (const [name, value] of Object.entries(values))
    if (bar.getAttribute(name) !== String(value)) bar.setAttribute(name, String(value));
}
