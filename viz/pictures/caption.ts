/** What is written on a picture that is taken: whether it is real, of when, of which flows. No DOM. */
import { conditionsOf } from '../panels/conditions.ts';
import type { PageState } from '../state.ts';
import { formatSpeed } from '../text/format.ts';
import { textOf } from '../text/text.ts';
import { formatTime } from '../text/time.ts';
import type { Caption } from './composition.ts';

export function captionOf(state: PageState): Caption {
  const { totals, replay, filter, language, timeZone, captureSeconds } = state;
  const text = textOf(language);
  const isSimulated = totals?.session.kind === 'simulated';
  const { date, time, zone } = formatTime(captureSeconds ?? totals?.clock.newestSeconds ?? null, timeZone, language);
  const told = conditionsOf(state, text, language).map(({ words }) => words);
  return {
    marks: [
      ...(isSimulated ? [text.simulated] : []),
      ...(replay === null ? [] : [`${text.replay} ${formatSpeed(replay.rate)}`]),
      ...told.slice(0, 2),
    ],
    lines: [
      `${date} ${time} ${zone}`.trim(),
      ...(filter === '' ? [] : [`${text.filterWord} ${filter}`]),
      `KURAYAMI 暗闇 · ${totals?.session.name ?? ''} · ${text.approximate}`,
    ],
  };
}

/** Such as `kurayami-2026-01-31T120000Z`. */
export function pictureName({ captureSeconds }: PageState): string {
  const time = new Date((captureSeconds ?? 0) * 1000).toISOString();
  return `kurayami-${time.slice(0, 19).replaceAll(':', '')}Z`;
}
