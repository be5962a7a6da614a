/**
 * Flows are kept for a shorter time than what was summed of them, and files may go missing: an answer from flows says what
 * it could not count.
 */
import Type from 'typebox';
import type { FlowStore, SeriesStore } from '../store/stores.ts';
import type { ApiParts } from './parts.ts';
import { Count, Time } from './schemas.ts';
import { type AskedSpan, recordOf, timeText } from './span.ts';

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;
/** A longer span is compared by whole days. */
const MOST_HOURS = 24 * 366;

export const Absent = Type.Object(
  {
    from: Time,
    to: Time,
    packets: Type.Union([Count, Type.Null()], {
      description: 'stored once and not among the flows any more; null where it is no longer known',
    }),
    missingPackets: Type.Integer({
      minimum: 0,
      description: 'in files that are gone or damaged, of these hours and what lies beside them in a file',
    }),
  },
  {
    description:
      'what this answer could not count, of the whole hours (days in long spans) that the span touches; left out where nothing is absent',
  },
);

/** What every answer made of flows has. */
export const absentProperty = { absent: Type.Optional(Absent) };

/** Nothing where all flows of the span are there. */
export async function absentOf(
  parts: Pick<ApiParts, 'series' | 'flows' | 'catalog'>,
  span: AskedSpan,
): Promise<{ absent?: Type.Static<typeof Absent> }> {
  const { series, flows } = parts;
  const { whole, stepSeconds } = await wholeBins(parts, span);
  if (whole.fromSeconds >= whole.toSeconds) return {};
  const counted = await countedPackets(series, whole, stepSeconds);
  // Asked for last: what is stored meanwhile is among the flows, and so never seems absent.
  const { packets, missingPackets } = await flows.count(whole);
  const absent = counted === null ? null : Math.max(0, counted - packets);
  if (absent === 0 || (absent === null && (await isWhole(flows, span.session)))) return {};
  return {
    absent: {
      from: timeText(whole.fromSeconds),
      to: timeText(whole.toSeconds),
      packets: absent,
      missingPackets: Math.min(missingPackets, absent ?? missingPackets),
    },
  };
}

/** The bins that the span touches, as far as the session has anything. */
async function wholeBins({ catalog }: Pick<ApiParts, 'catalog'>, { session, ...span }: AskedSpan) {
  const record = await recordOf(session, catalog);
  const from = Math.max(span.fromSeconds, record?.firstSeconds ?? span.fromSeconds);
  const to = Math.min(span.toSeconds, (record?.lastSeconds ?? span.toSeconds) + 1);
  const stepSeconds = (to - from) / HOUR_SECONDS > MOST_HOURS ? DAY_SECONDS : HOUR_SECONDS;
  const fromSeconds = Math.floor(from / stepSeconds) * stepSeconds;
  const toSeconds = Math.ceil(to / stepSeconds) * stepSeconds;
  return { whole: { session, fromSeconds, toSeconds }, stepSeconds };
}

async function isWhole(flows: FlowStore, session: number): Promise<boolean> {
  const { expired, missing } = await flows.account(session);
  return expired.packets + missing.packets === 0;
}

/** Null where the bins are no longer kept, or too many. */
async function countedPackets(series: SeriesStore, span: AskedSpan, stepSeconds: number): Promise<number | null> {
  try {
    const points = await series.series({ ...span, stepSeconds, by: 'total', measure: 'packets' });
    return points.reduce((sum, { value }) => sum + value, 0);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return null;
  }
}
