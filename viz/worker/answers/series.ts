/** `series` and `top`: sums over time, and what has most. */
import { ApiError } from '../../../server/api/api-error.ts';
import { FlowSums } from '../../../server/api/flow-sums.ts';
import { keyText } from '../../../server/api/keys.ts';
import { timeText } from '../../../server/api/time-text.ts';
import { sumFlows, topSourcesOf } from '../../../server/store/flow-memory/memory-sums.ts';
import type { SeriesDimensionName } from '../../../server/store/ingest-commit.ts';
import { MAX_SUM_KEYS } from '../../../server/store/query-limits.ts';
import { type AnswerRoute, absentOf, askedOf, type FileParts, sessionOf } from './file-parts.ts';

const MAX_BINS = 4_000;
const DEFAULT_BINS = 120;
const STEPS = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 21_600, 86_400];
const LONGEST_STEP = 31_536_000;
const MAX_ROWS = 1_000;
const DEFAULT_ROWS = 20;
const DIMENSIONS = ['class', 'radiation', 'protocol', 'port', 'country', 'network', 'tag', 'sensor'] as const;
const MANY_KEYS: readonly SeriesDimensionName[] = ['port', 'country', 'network'];
const MEASURES = ['packets', 'bytes', 'flows', 'sources', 'targets'] as const;

/** All is summed from flows, exactly: unlike a server's, a span may begin at any second, and a step be any number of them. */
const sumsOf = ({ flows, seed }: FileParts) => new FlowSums({ sums: (query) => sumFlows(flows, query, seed) });

export const series: AnswerRoute = {
  path: /^series$/,
  async answer(parts, query, _names, onProgress) {
    const { span, filter } = await askedOf(parts, query);
    const by: SeriesDimensionName = query.oneOf('by', ['total', ...DIMENSIONS] as const) ?? 'total';
    const measure = query.oneOf('measure', MEASURES) ?? 'packets';
    const seconds = span.toSeconds - span.fromSeconds;
    const stepSeconds =
      query.integer('step', 1, LONGEST_STEP) ?? STEPS.find((step) => step >= seconds / DEFAULT_BINS) ?? STEPS.at(-1)!;
    if (seconds / stepSeconds > MAX_BINS)
      throw new ApiError(
        400,
        'API_TOO_MANY_BINS',
        `more than ${MAX_BINS} bins: choose a larger step or a shorter span`,
      );
    // Without a filter, a server's series have as many keys as these.
    const fewest = filter === undefined && MANY_KEYS.includes(by) ? MAX_SUM_KEYS : undefined;
    const keyCount = query.integer('keys', 1, MAX_SUM_KEYS) ?? fewest;
    const points = await sumsOf(parts).series(
      { ...span, by, measure, stepSeconds, keyCount, ...condition(filter), record: sessionOf(parts) },
      onProgress,
    );
    const bins = Math.ceil((span.toSeconds - Math.floor(span.fromSeconds / stepSeconds) * stepSeconds) / stepSeconds);
    return {
      session: span.session,
      measure,
      by,
      from: timeText(span.fromSeconds),
      to: timeText(span.toSeconds),
      step: stepSeconds,
      points: points.map(({ binSeconds, key, value }) => ({
        time: timeText(binSeconds),
        key: keyText(by, key),
        value,
      })),
      // Nobody knows when whoever captured this did not watch, nor what.
      outageSeconds: new Array<number>(Math.max(0, bins)).fill(0),
      addressesWatched: null,
      ...absentOf(parts, span),
    };
  },
};

export const top: AnswerRoute = {
  path: /^top$/,
  async answer(parts, query, _names, onProgress) {
    const { span, filter } = await askedOf(parts, query);
    const by = query.oneOf('by', [...DIMENSIONS, 'source'] as const);
    if (by === undefined) throw new ApiError(400, 'API_BAD_REQUEST', 'by is missing: say what is counted');
    const limit = query.integer('limit', 1, MAX_ROWS) ?? DEFAULT_ROWS;
    const asked = { ...span, ...condition(filter) };
    const rows =
      by === 'source'
        ? (await topSourcesOf(parts.flows, { ...asked, limit }, parts.seed)).map(({ source, country, ...sums }) => ({
            key: source,
            country: country || 'unknown',
            ...sums,
          }))
        : (await sumsOf(parts).top({ ...asked, by, record: sessionOf(parts) }, limit, onProgress)).map(
            ({ key, ...sums }) => ({ key: keyText(by, key), ...sums }),
          );
    return {
      session: span.session,
      by,
      from: timeText(span.fromSeconds),
      to: timeText(span.toSeconds),
      rows,
      ...absentOf(parts, span),
    };
  },
};

const condition = <Filter>(filter: Filter | undefined) => (filter === undefined ? {} : { filter });
