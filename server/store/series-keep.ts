/** How long live series are kept, by resolution. Those of files and simulations stay as long as their session. */
import { SeriesResolution } from './ingest-commit.ts';

const DAY_SECONDS = 86_400;

/** Hours and days go on without end: they are few. */
export const SERIES_KEEP_SECONDS: Readonly<Record<SeriesResolution, number>> = {
  [SeriesResolution.second]: 2 * DAY_SECONDS,
  [SeriesResolution.minute]: 730 * DAY_SECONDS,
  [SeriesResolution.fiveMinutes]: 5 * 365 * DAY_SECONDS,
  [SeriesResolution.hour]: Number.POSITIVE_INFINITY,
  [SeriesResolution.day]: Number.POSITIVE_INFINITY,
};
